/** The stacks on an emulator: deployed and deleted by the tools that a user has, called as AWS would call them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CDK = fileURLToPath(new URL("../../node_modules/.bin/cdk", import.meta.url));
const DEPLOY = fileURLToPath(new URL("../../bin/deploy.ts", import.meta.url));

export interface DeploymentOptions {
  readonly endpoint: string;
  /** `-c name=value`. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface Deployment {
  readonly stage: string;
  /** Makes what CDK itself needs in an account. */
  bootstrap(): Promise<void>;
  /** `npm run deploy` without the page: brings the stacks to these settings, and makes them when they are not there. */
  deploy(settings?: Readonly<Record<string, string>>): Promise<void>;
  /** Calls a function and waits for its answer. */
  invoke<Answer>(name: string, payload?: object): Promise<Answer>;
  /** The physical name of a resource, by the start of its logical id. */
  physicalId(stack: "Stateful" | "Stateless", logicalId: string): Promise<string>;
  /** `CREATE_COMPLETE`, `DELETE_FAILED`; `gone` where there is no such stack. */
  statusOf(stack: "Stateful" | "Stateless"): Promise<string>;
  /** Deletes both stacks. */
  remove(): Promise<void>;
}

/** What an AWS tool needs to talk to the emulator and to nothing else. */
export function emulatorEnvironment(endpoint: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    CDK_DEFAULT_ACCOUNT: ACCOUNT,
    CDK_DEFAULT_REGION: REGION,
    CDK_DISABLE_CLI_TELEMETRY: "true",
    NO_COLOR: "1",
  };
}

export const REGION = "us-east-1";
const ACCOUNT = "000000000000";

export function deploymentOf({ endpoint, settings }: DeploymentOptions): Deployment {
  const stage = settings["stage"] ?? "sandbox";
  const environment = emulatorEnvironment(endpoint);
  return {
    stage,
    bootstrap: () => run(CDK, ["bootstrap", "--app=", `aws://${ACCOUNT}/${REGION}`], environment),
    async deploy(more = {}) {
      const context = Object.entries({ ...settings, ...more }).flatMap(([name, value]) => [
        "-c",
        `${name}=${value}`,
      ]);
      const options = ["--require-approval", "never", "--concurrency", "2"];
      await run(process.execPath, [DEPLOY, ...options, ...context], environment);
    },
    invoke: (name, payload = {}) => invoke(endpoint, `brawler-${stage}-${name}`, payload),
    async physicalId(stack, logicalId) {
      const answer = await cloudFormation(endpoint, {
        Action: "ListStackResources",
        StackName: `Brawler-${stage}-${stack}`,
      });
      const found = [...answer.matchAll(/<member>(.*?)<\/member>/gs)]
        .map(([, member]) => member ?? "")
        .find((member) => member.includes(`<LogicalResourceId>${logicalId}`));
      const [, id] = /<PhysicalResourceId>(.*?)<\/PhysicalResourceId>/.exec(found ?? "") ?? [];
      if (id === undefined) throw new Error(`no ${logicalId} in ${stack}:\n${answer}`);
      return id;
    },
    async statusOf(stack) {
      const StackName = `Brawler-${stage}-${stack}`;
      const answer = await cloudFormation(endpoint, { Action: "ListStacks" });
      const [found] = [...answer.matchAll(/<member>(.*?)<\/member>/gs)]
        .map(([, member]) => member ?? "")
        .filter((member) => member.includes(`<StackName>${StackName}<`))
        .filter((member) => !member.includes("DELETE_COMPLETE"));
      return /<StackStatus>(.*?)</.exec(found ?? "")?.[1] ?? "gone";
    },
    async remove() {
      for (const stack of ["Stateless", "Stateful"]) {
        const StackName = `Brawler-${stage}-${stack}`;
        await cloudFormation(endpoint, { Action: "DeleteStack", StackName });
      }
    },
  };
}

async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0) return;
  throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output.slice(-4_000)}`);
}

async function invoke<Answer>(endpoint: string, name: string, payload: object): Promise<Answer> {
  const response = await fetch(`${endpoint}/2015-03-31/functions/${name}/invocations`, {
    method: "POST",
    headers: signedFor("lambda"),
    body: JSON.stringify(payload),
  });
  const text = await response.text();
  const failure = response.headers.get("x-amz-function-error");
  if (!response.ok || failure !== null) throw new Error(`${name} answered ${text.slice(0, 2_000)}`);
  return JSON.parse(text) as Answer;
}

async function cloudFormation(
  endpoint: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      ...signedFor("cloudformation"),
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({ Version: "2010-05-15", ...parameters }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`CloudFormation answered ${text}`);
  return text;
}

/** The emulator tells services apart by the scope of a signature, and checks none. */
function signedFor(service: string): Readonly<Record<string, string>> {
  const scope = `test/20260101/${REGION}/${service}/aws4_request`;
  return { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` };
}
