/** What the preflight asks an account for is what the templates need: neither list may drift from the other. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { BOOTSTRAP_VERSION, regionalTypes, stackNames } from "../../lib/infra/account-needs.ts";
import { reservationsOf } from "../../lib/infra/reserved-concurrency.ts";
import { SETTING_NAMES } from "../../lib/infra/settings.ts";
import {
  configOf,
  EMULATOR,
  FULL,
  resourcesOf,
  type Settings,
  stacksOf,
  templatesOf,
} from "./stages.ts";

const DEPLOY_PAGE = fileURLToPath(new URL("../../docs/how-to/deploy.md", import.meta.url));

describe("what is asked of an account", () => {
  it.each<{ stage: string; settings: Settings }>([
    { stage: "everything on", settings: FULL },
    { stage: "the least", settings: { alertEmail: "desk@example.com", mock: "off" } },
    { stage: "nothing reserved", settings: { ...FULL, reservedConcurrency: "off" } },
  ])("is as many executions as the functions reserve: $stage", ({ settings }) => {
    const { stateless } = templatesOf(settings);
    const reserved = resourcesOf(stateless, "AWS::Lambda::Function").flatMap(
      ([, { Properties }]) =>
        Properties?.["ReservedConcurrentExecutions"] === undefined
          ? []
          : [
              {
                functionName: Properties["FunctionName"],
                executions: Properties["ReservedConcurrentExecutions"],
              },
            ],
    );
    const asked = reservationsOf(configOf(settings));
    expect(new Set(reserved)).toEqual(new Set(asked));
  });

  it("is a bootstrap stack of the version that the synthesised stacks ask for, under their names", () => {
    const { app } = stacksOf(FULL);
    const { stacks } = app.synth();
    const { stateful, stateless } = stackNames("sandbox");
    expect(stacks.map(({ stackName }) => stackName)).toEqual([stateful, stateless]);
    for (const { requiresBootstrapStackVersion } of stacks) {
      expect(requiresBootstrapStackVersion).toBe(BOOTSTRAP_VERSION);
    }
  });

  it.each<{ stage: string; settings: Settings }>([
    { stage: "Timestream and a firewall", settings: FULL },
    { stage: "DynamoDB", settings: { alertEmail: "desk@example.com", store: "dynamodb" } },
  ])("is regional services that the templates hold: $stage", ({ settings }) => {
    const { stateful, stateless } = templatesOf(settings);
    const held = new Set(
      [stateful, stateless].flatMap((one) => resourcesOf(one).map(([, { Type }]) => Type)),
    );
    const asked = regionalTypes(configOf(settings));
    for (const type of asked) expect(held).toContain(type);
    const services = [...held].filter((type) => /::(Timestream|WAFv2|Scheduler)::/.test(type));
    for (const type of services) {
      expect(asked.some((one) => one.split("::")[1] === type.split("::")[1])).toBe(true);
    }
  });

  it("is no regional service on an emulator", () => {
    expect(regionalTypes(configOf({ emulator: "true", store: "dynamodb" }, EMULATOR))).toEqual([]);
  });
});

describe("API Gateway's role for logs", () => {
  it("is made, and stays when the stack goes; or is left to the one that stands", () => {
    const made = templatesOf(FULL).stateless;
    const [[, account] = []] = resourcesOf(made, "AWS::ApiGateway::Account");
    expect(account?.DeletionPolicy).toBe("Retain");
    const existing = templatesOf({ ...FULL, apiLogRole: "existing" }).stateless;
    expect(resourcesOf(existing, "AWS::ApiGateway::Account")).toEqual([]);
  });
});

describe("the page about deploying", () => {
  it("has every setting in its table", () => {
    const rows = readFileSync(DEPLOY_PAGE, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([A-Za-z]+)`/g)])
      .map(([, name]) => name);
    expect(new Set(rows)).toEqual(new Set(SETTING_NAMES));
  });
});
