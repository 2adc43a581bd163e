import { Stack, Validations } from "aws-cdk-lib";
import { flattenCfnReference } from "cdk-nag/lib/utils/flatten-cfn-reference.js";
import type { IConstruct } from "constructs";

/** A finding of cdk-nag or of CDK's own checks, such as `AwsSolutions-COG8`, and why it stands. */
export interface Acknowledgement {
  readonly pack: "AwsSolutions" | "Serverless" | "CloudFormation-Validate";
  readonly finding: string;
  /** A sentence that a reviewer accepts. */
  readonly reason: string;
}

/** Says of a construct, and of what it holds, which findings stand and why. */
export function acknowledge(scope: IConstruct, ...findings: readonly Acknowledgement[]): void {
  for (const { pack, finding, reason } of findings) {
    Validations.of(scope).acknowledge({ id: `${pack}::${finding}`, reason });
  }
}

/**
 * Says why a permission names its resource with a `*`. The finding's name holds the ARN as the template will have it,
 * and how another stack's ARN is written there is known only once the application has been prepared: hence at validation.
 */
export function acknowledgeWildcard(scope: IConstruct, resource: string, reason: string): void {
  scope.node.addValidation({
    validate: () => {
      const written = flattenCfnReference(Stack.of(scope).resolve(resource));
      const finding = `AwsSolutions-IAM5[Resource::${written}]`;
      acknowledge(scope, { pack: "AwsSolutions", finding, reason });
      return [];
    },
  });
}
