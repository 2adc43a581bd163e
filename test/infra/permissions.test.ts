/**
 * Who may do what: every role's actions on resources, as one readable list. A difference is a decision: look at it, and
 * update the list with `npx vitest run test/infra/permissions.test.ts -u`.
 */
import type { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { FULL, type Resource, resourcesOf, templatesOf } from "./stages.ts";

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const list = <T>(one: T | readonly T[]): readonly T[] =>
  Array.isArray(one) ? (one as readonly T[]) : [one as T];

/** The text of an ARN, with other resources by their logical ids; hashes left out, so that a line can be read. */
function readable(value: unknown): string {
  if (typeof value === "string") return value;
  const node = value as Readonly<Record<string, unknown>>;
  if ("Ref" in node) return `<${shortId(String(node["Ref"]))}>`;
  if ("Fn::GetAtt" in node) {
    const [id, attribute] = node["Fn::GetAtt"] as [string, string];
    return `<${shortId(id)}.${attribute}>`;
  }
  if ("Fn::ImportValue" in node) {
    const name = String(node["Fn::ImportValue"]);
    const [, id] = /ExportsOutput(?:FnGetAtt|Ref)(.*)$/.exec(name) ?? [];
    return `<${(id ?? name).replace(/[0-9A-F]{8}/g, " ").trim()}>`;
  }
  const [delimiter, parts] = node["Fn::Join"] as [string, readonly unknown[]];
  return parts.map(readable).join(delimiter);
}

function shortId(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, "");
}

function linesOf(template: Template): readonly string[] {
  return resourcesOf(template, "AWS::IAM::Policy").flatMap(([, policy]) => {
    const { Roles, PolicyDocument } = policy.Properties as {
      Roles: readonly unknown[];
      PolicyDocument: { Statement: readonly Statement[] };
    };
    const who = Roles.map(readable).join(" ");
    return PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
      list(Resource).flatMap((what) =>
        list(Action).map((action) => `${who}  ${action}  ${readable(what)}`),
      ),
    );
  });
}

function permissionsOf(store: "timestream" | "dynamodb"): string {
  const { stateful, stateless } = templatesOf({ ...FULL, store });
  return [...linesOf(stateful), ...linesOf(stateless)].sort().join("\n");
}

describe("permissions", () => {
  it.each(["timestream", "dynamodb"] as const)("are those on the list with %s", async (store) => {
    await expect(`${permissionsOf(store)}\n`).toMatchFileSnapshot(`permissions.${store}.txt`);
  });

  it("are for everything only where AWS knows no resource", () => {
    const everything = permissionsOf("timestream")
      .split("\n")
      .filter((line) => line.endsWith("  *"))
      .map((line) => line.split("  ")[1]);
    expect([...new Set(everything)].sort()).toEqual([
      "timestream:DescribeEndpoints",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]);
  });

  it("are never for all actions of a service", () => {
    const actions = permissionsOf("dynamodb")
      .split("\n")
      .map((line) => line.split("  ")[1] ?? "");
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
  });

  it("let the API write alerts and nothing else", () => {
    const writes = permissionsOf("dynamodb")
      .split("\n")
      .filter((line) => line.startsWith("<QueryFunctionRole>"))
      .filter((line) => /:(Put|Update|Delete|Batch(Write)|Write|Publish|Send|Create)/.test(line))
      .filter((line) => !/logs:|xray:/.test(line));
    expect(writes.length).toBeGreaterThan(0);
    for (const line of writes) expect(line).toContain("<TablesAlerts");
  });

  it("let whoever folds the past anew read the archive, and write there what it sets aside", () => {
    const ofArchive = permissionsOf("dynamodb")
      .split("\n")
      .filter((line) => line.startsWith("<ProcessingRestateRole>  s3:"))
      .map((line) => line.split("  ").slice(1).join(" "));
    expect(ofArchive).toEqual([
      "s3:GetObject <BucketsArchive Arn>/raw/*",
      "s3:ListBucket <BucketsArchive Arn>",
      "s3:PutObject <BucketsArchive Arn>/quarantine/*",
    ]);
  });

  it("come to a function only through its own role: no managed policy, no two functions with one role", () => {
    const { stateless } = templatesOf({ ...FULL, store: "dynamodb" });
    const functions = resourcesOf(stateless, "AWS::Lambda::Function");
    const roles = functions.map(([, one]) => readable(one.Properties?.["Role"]));
    expect(new Set(roles).size).toBe(functions.length);
    const managed = resourcesOf(stateless, "AWS::IAM::Role").filter(
      ([, role]: [string, Resource]) => {
        const arns = role.Properties?.["ManagedPolicyArns"];
        return (
          arns !== undefined &&
          !JSON.stringify(arns).includes("AmazonAPIGatewayPushToCloudWatchLogs")
        );
      },
    );
    expect(managed).toEqual([]);
  });
});
