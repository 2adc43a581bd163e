/** cdk-nag's packs AwsSolutions and Serverless, and CDK's own checks: nothing is open, and what stands has a reason. */
import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";
import { describe, expect, it } from "vitest";
import { check, EMULATOR, FULL, type Settings, stacksOf } from "./stages.ts";

const STAGES: readonly { readonly stage: string; readonly settings: Settings }[] = [
  { stage: "Timestream, everything on", settings: { ...FULL, store: "timestream" } },
  {
    stage: "DynamoDB, on demand",
    settings: { ...FULL, store: "dynamodb", streamMode: "on-demand" },
  },
  { stage: "the least that can be asked for", settings: { alertEmail: "desk@example.com" } },
];

function acknowledgedBelow(node: IConstruct): readonly { id: string; reason: string }[] {
  const key = Validations.ACKNOWLEDGED_RULES_METADATA_KEY;
  const own = node.node.metadata
    .filter(({ type }) => type === key)
    .flatMap(({ data }) => Object.entries(data as Record<string, string>))
    .map(([id, reason]) => ({ id, reason }));
  return [...own, ...node.node.children.flatMap(acknowledgedBelow)];
}

describe("the checks", () => {
  it.each(STAGES)("find nothing open: $stage", ({ settings }) => {
    expect(() => check(settings)).not.toThrow();
  });

  it("find nothing open on an emulator", () => {
    expect(() => check({ emulator: "true", store: "dynamodb" }, EMULATOR)).not.toThrow();
  });

  it("still bite: a bucket without TLS is found", async () => {
    const { app, stateful } = stacksOf(FULL);
    const { Bucket } = await import("aws-cdk-lib/aws-s3");
    new Bucket(stateful, "Open");
    const { addChecks } = await import("../../lib/infra/create-stacks.ts");
    addChecks(app);
    expect(() => app.synth()).toThrow();
  });

  it("are set aside only with a sentence", () => {
    const { app } = stacksOf(FULL);
    app.synth();
    const reasons = acknowledgedBelow(app).map(({ reason }) => reason);
    expect(reasons.length).toBeGreaterThan(10);
    for (const reason of reasons)
      expect(reason).toMatch(/^[A-Z].{25,}[.]$|^It is the dead-letter queue[.]$/);
  });
});
