/** What the stacks need of an account beside what every account has. */
import type { StageConfig } from "./stage-config.ts";

/** Of the bootstrap stack: what CDK's default synthesizer asks for. */
export const BOOTSTRAP_VERSION = 6;

/** As CloudFormation knows them. */
export function stackNames(stage: string): {
  readonly stateful: string;
  readonly stateless: string;
} {
  return { stateful: `Brawler-${stage}-Stateful`, stateless: `Brawler-${stage}-Stateless` };
}

/** One type of each service, or part of one, that not every region has. */
export function regionalTypes({ store, emulator, waf }: StageConfig): readonly string[] {
  if (emulator) return [];
  return [
    "AWS::Cognito::ManagedLoginBranding",
    "AWS::Scheduler::Schedule",
    ...(store === "timestream" ? ["AWS::Timestream::Table"] : []),
    ...(waf ? ["AWS::WAFv2::WebACLAssociation"] : []),
  ];
}
