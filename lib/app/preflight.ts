/**
 * What would keep a deployment from succeeding, found before anything is created. It asks the account and changes
 * nothing in it.
 */
import { AccountError, type DeploymentAccount } from "../ports/deployment-account.ts";
import type { Finding } from "./finding.ts";

/** What a deployment needs of its account. */
export interface PreflightNeeds {
  /** The only account and region that will do; any where left out. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** Of what `cdk bootstrap` makes, at least. */
  readonly bootstrapVersion: number;
  /** What makes it, as a person types it, in `aws://account/region`. */
  readonly bootstrapCommand: (environment: string) => string;
  /** Those that not every region has. */
  readonly resourceTypes: readonly string[];
  /** Executions that functions keep for themselves. */
  readonly reservations: readonly {
    readonly functionName: string;
    readonly executions: number;
  }[];
  /** The stack that makes API Gateway's role for logs; undefined where it does not. */
  readonly apiLogRoleIn: string | undefined;
  /** Rejects where Timestream cannot be used; undefined where it is not to be. */
  readonly timestream: (() => Promise<void>) | undefined;
  /** Rejects where the secret is not there, or is none, and never says what it holds. */
  readonly slackSecret: { readonly name: string; check(): Promise<void> } | undefined;
}

export interface Preflight {
  readonly findings: readonly Finding[];
  /** Settings that this account makes necessary, by name: the deployment is given them. */
  readonly decided: Readonly<Record<string, string>>;
}

/** Lambda refuses a reservation that leaves less than this to everybody else. */
const UNRESERVED_LEAST = 100;

export async function preflight(
  account: DeploymentAccount,
  needs: PreflightNeeds,
): Promise<Preflight> {
  const region = await regionFinding(account, needs);
  if (region.verdict === "fail") return { findings: [region], decided: {} };
  const identity = await identityFinding(account, needs);
  // Without valid credentials, every other question would fail for the same reason.
  if (identity.verdict === "fail") return { findings: [region, identity], decided: {} };
  const checked = await Promise.all([
    bootstrapCheck(account, needs),
    serviceCheck(account, needs),
    concurrencyCheck(account, needs),
    apiLogRoleCheck(account, needs),
    timestreamCheck(needs),
    slackCheck(needs),
  ]);
  return {
    findings: [region, identity, ...checked.flatMap(({ finding }) => finding ?? [])],
    decided: Object.assign({}, ...checked.map(({ decided }) => decided ?? {})),
  };
}

interface Checked {
  readonly finding?: Finding;
  readonly decided?: Readonly<Record<string, string>>;
}

async function regionFinding(account: DeploymentAccount, needs: PreflightNeeds): Promise<Finding> {
  const check = "region";
  const found = await account.region();
  if (found === undefined) {
    return {
      check,
      verdict: "fail",
      detail: "none is set",
      where: "AWS_REGION, AWS_DEFAULT_REGION, the profile in ~/.aws/config",
      why: "every resource is made in one region",
      mend: "export AWS_REGION=eu-west-1",
    };
  }
  if (needs.region === undefined || needs.region === found) {
    return { check, verdict: "ok", detail: found };
  }
  return {
    check,
    verdict: "fail",
    detail: `${found}, and the stage belongs to ${needs.region}`,
    where: `-c region=${needs.region}`,
    why: "a second copy of the stage would be made there",
    mend: `export AWS_REGION=${needs.region}, or change -c region`,
  };
}

async function identityFinding(
  account: DeploymentAccount,
  needs: PreflightNeeds,
): Promise<Finding> {
  const check = "credentials";
  try {
    const identity = await account.identity();
    if (needs.account === undefined || needs.account === identity.account) {
      return { check, verdict: "ok", detail: `${identity.arn}, valid` };
    }
    return {
      check,
      verdict: "fail",
      detail: `of account ${identity.account}, and the stage belongs to ${needs.account}`,
      where: `-c account=${needs.account}`,
      why: "a second copy of the stage would be made there",
      mend: `use credentials of ${needs.account}, or change -c account`,
    };
  } catch (error) {
    const { kind, message } = requireAccountError(error);
    const offline = kind === "unreachable";
    return {
      check,
      verdict: "fail",
      detail: offline ? "AWS does not answer" : "none that is valid",
      where: "environment (AWS_ACCESS_KEY_ID …), AWS_PROFILE, ~/.aws",
      why: message,
      mend: offline
        ? "check the network, the region's name and AWS_ENDPOINT_URL"
        : "aws sso login, or aws configure; then aws sts get-caller-identity has to answer",
    };
  }
}

async function bootstrapCheck(
  account: DeploymentAccount,
  { bootstrapVersion, bootstrapCommand }: PreflightNeeds,
): Promise<Checked> {
  const check = "CDK bootstrap";
  return answered(check, async () => {
    const [bootstrap, { account: id }, region] = await Promise.all([
      account.bootstrap(),
      account.identity(),
      account.region(),
    ]);
    const problem = {
      check,
      verdict: "fail" as const,
      where: `the stack CDKToolkit of ${id} in ${region}`,
      why: "CDK puts bundles and templates there, and deploys with its roles",
      mend: bootstrapCommand(`aws://${id}/${region}`),
    };
    if (bootstrap === undefined) return { finding: { ...problem, detail: "not done" } };
    const { version = 0, status } = bootstrap;
    if (!/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) {
      const mend = "look at the stack in CloudFormation, delete it if need be, and bootstrap again";
      return { finding: { ...problem, detail: `the stack is ${status}`, mend } };
    }
    return version < bootstrapVersion
      ? { finding: { ...problem, detail: `version ${version}, ${bootstrapVersion} is needed` } }
      : { finding: { check, verdict: "ok", detail: `version ${version}` } };
  });
}

async function serviceCheck(
  account: DeploymentAccount,
  { resourceTypes }: PreflightNeeds,
): Promise<Checked> {
  const check = "services";
  return answered(check, async () => {
    const there = await Promise.all(resourceTypes.map((type) => account.offers(type)));
    const missing = resourceTypes.filter((_, index) => !there[index]);
    if (missing.length === 0) {
      return { finding: { check, verdict: "ok", detail: "the region has them" } };
    }
    const lacksTimestream = missing.some((type) => type.includes("::Timestream::"));
    return {
      finding: {
        check,
        verdict: "fail",
        detail: `${await account.region()} has no ${missing.join(", no ")}`,
        why: "CloudFormation cannot make there what the stacks hold",
        mend: `choose another region with AWS_REGION${lacksTimestream ? ", or -c store=dynamodb" : ""}`,
      },
    };
  });
}

async function concurrencyCheck(
  account: DeploymentAccount,
  { reservations }: PreflightNeeds,
): Promise<Checked> {
  const check = "Lambda quota";
  return answered(check, async () => {
    const names = reservations.map(({ functionName }) => functionName);
    const { total, unreserved, ours } = await account.concurrency(names);
    const asked = reservations.reduce((sum, { executions }) => sum + executions, 0);
    const left = unreserved + ours - asked;
    const found = `${unreserved} of ${total} executions unreserved`;
    if (asked === 0) {
      return { finding: { check, verdict: "ok", detail: `${found}; nothing is reserved` } };
    }
    if (left >= UNRESERVED_LEAST) {
      return { finding: { check, verdict: "ok", detail: `${found}; ${asked} are for this stage` } };
    }
    return {
      decided: { reservedConcurrency: "off" },
      finding: {
        check,
        verdict: "warn",
        detail: `${found}, ${asked} were to be reserved; npm run deploy adds -c reservedConcurrency=off`,
        why: `Lambda keeps ${UNRESERVED_LEAST} for functions without a reservation`,
        mend: "have the quota Concurrent executions raised (Service Quotas, AWS Lambda), then deploy again",
      },
    };
  });
}

async function apiLogRoleCheck(
  account: DeploymentAccount,
  { apiLogRoleIn }: PreflightNeeds,
): Promise<Checked> {
  if (apiLogRoleIn === undefined) return {};
  const check = "API logs";
  return answered(check, async () => {
    const role = await account.apiLogRole();
    if (role === undefined || role.stack === apiLogRoleIn) {
      return { finding: { check, verdict: "ok", detail: "the stack makes the account's role" } };
    }
    return {
      decided: { apiLogRole: "existing" },
      finding: {
        check,
        verdict: "ok",
        detail: `${role.arn} stands and is left alone; npm run deploy adds -c apiLogRole=existing`,
      },
    };
  });
}

async function timestreamCheck({ timestream }: PreflightNeeds): Promise<Checked> {
  if (timestream === undefined) return {};
  const check = "Timestream";
  try {
    await timestream();
    return { finding: { check, verdict: "ok", detail: "open to this account" } };
  } catch (error) {
    const { kind } = error as { readonly kind?: unknown };
    return {
      finding: {
        check,
        verdict: "fail",
        detail: kind === "closed" ? "closed to this account" : "cannot be used",
        where: "-c store=timestream, which is the default",
        why: reasonOf(error),
        mend: "-c store=dynamodb works in every account",
      },
    };
  }
}

async function slackCheck({ slackSecret }: PreflightNeeds): Promise<Checked> {
  if (slackSecret === undefined) return {};
  const check = "Slack secret";
  const { name } = slackSecret;
  return answered(check, async () => {
    try {
      await slackSecret.check();
      return { finding: { check, verdict: "ok", detail: `${name}, well-formed` } };
    } catch (error) {
      if (error instanceof AccountError) throw error;
      return {
        finding: {
          check,
          verdict: "fail",
          detail: `${name} cannot be used`,
          where: `-c slackSecret=${name}`,
          why: reasonOf(error),
          mend: `aws secretsmanager create-secret --name ${name} --secret-string file://slack.json (put-secret-value if it exists)`,
        },
      };
    }
  });
}

/** Where an answer is refused, the deployment may still succeed: CDK deploys with roles of its own. */
async function answered(check: string, ask: () => Promise<Checked>): Promise<Checked> {
  try {
    return await ask();
  } catch (error) {
    const { kind, message } = requireAccountError(error);
    const isOpen = kind === "denied" || kind === "unexpected";
    return {
      finding: {
        check,
        verdict: isOpen ? "warn" : "fail",
        detail: isOpen ? "not known" : "no answer",
        why: message,
        mend: isOpen
          ? "allow these credentials to ask, or deploy without knowing"
          : "check the network and AWS_ENDPOINT_URL, then try again",
      },
    };
  }
}

function requireAccountError(error: unknown): AccountError {
  if (error instanceof AccountError) return error;
  throw error;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
