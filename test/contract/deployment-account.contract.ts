/** What every DeploymentAccount promises: true answers, the same ones again, and an AccountError where there is none. */
import { beforeEach, describe, expect, it } from "vitest";
import type { DeploymentAccount } from "../../lib/ports/deployment-account.ts";

export interface OpenedAccount {
  readonly account: DeploymentAccount;
  /** From then on nobody answers. */
  unreachable(): DeploymentAccount;
  readonly id: string;
  readonly region: string;
}

/** What an account can be asked: an emulator knows less. */
export interface AccountCapabilities {
  /** Whether it tells a type of resource that there is from one that there is not. */
  readonly resourceTypes: boolean;
}

export function deploymentAccountContract(
  name: string,
  open: () => OpenedAccount | Promise<OpenedAccount>,
  capabilities: AccountCapabilities,
): void {
  describe(`${name} as a DeploymentAccount`, () => {
    let opened: OpenedAccount;

    beforeEach(async () => {
      opened = await open();
    });

    it("says where it is, and who asks", async () => {
      const { account, id, region } = opened;
      expect(await account.region()).toBe(region);
      const identity = await account.identity();
      expect(identity.account).toBe(id);
      expect(identity.arn).toContain(`:${id}:`);
    });

    it("has executions for functions, and none of them reserved by functions that are not there", async () => {
      const { total, unreserved, ours } = await opened.account.concurrency(["no-such-function"]);
      expect(total).toBeGreaterThanOrEqual(unreserved);
      expect(unreserved).toBeGreaterThan(0);
      expect(ours).toBe(0);
    });

    it("has no role for the logs of APIs that it does not have", async () => {
      expect(await opened.account.apiLogRole()).toBeUndefined();
    });

    it("answers the same again: asking changes nothing", async () => {
      const ask = async () => [
        await opened.account.bootstrap(),
        await opened.account.concurrency([]),
        await opened.account.apiLogRole(),
      ];
      expect(await ask()).toEqual(await ask());
    });

    it(`${capabilities.resourceTypes ? "knows" : "does not know"} which types of resources there are`, async () => {
      const { account } = opened;
      const asked = Promise.all([
        account.offers("AWS::Kinesis::Stream"),
        account.offers("AWS::Nothing::AtAll"),
      ]);
      if (capabilities.resourceTypes) expect(await asked).toEqual([true, false]);
      else await expect(asked).rejects.toMatchObject({ name: "AccountError", kind: "unexpected" });
    });

    it("says when nobody answers", async () => {
      const unreachable = opened.unreachable();
      for (const ask of [unreachable.identity, unreachable.bootstrap, unreachable.apiLogRole]) {
        await expect(ask()).rejects.toMatchObject({ name: "AccountError", kind: "unreachable" });
      }
    });
  });
}
