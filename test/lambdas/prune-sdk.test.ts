/** The SDK that esbuild could prune, beside the SDK as it is: to the same answers it says the same. */
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleFunction } from "../../lib/infra/function-bundle.ts";
import { NEVER_RUN, sdkPruning, withPlainKeys, withRefusals } from "../../lib/infra/prune-sdk.ts";
import { scratchDirectory } from "../adapters/scratch-directory.ts";

/** For esbuild on a machine that does other things. */
const BUNDLING_MS = 60_000;

type Module = Readonly<Record<string, unknown>>;
type Client = { send(command: object): Promise<unknown> };
type Constructor<Made> = new (options: object) => Made;

/** A service whose client is in some bundle: how it is asked, and how it says that something failed. */
interface Service {
  readonly name: string;
  readonly client: string;
  readonly command: string;
  readonly input: object;
  readonly success: string;
  readonly failure: (code: string) => string;
}

const json = (code: string) => JSON.stringify({ __type: `com.amazonaws#${code}`, message: "no" });
const SERVICES: readonly Service[] = [
  {
    name: "dynamodb",
    client: "DynamoDBClient",
    command: "GetItemCommand",
    input: { TableName: "table", Key: { pk: { S: "key" } } },
    success: JSON.stringify({ Item: { pk: { S: "key" }, value: { B: "AQID" }, n: { N: "1" } } }),
    failure: json,
  },
  {
    name: "s3",
    client: "S3Client",
    command: "ListObjectsV2Command",
    input: { Bucket: "bucket" },
    success: "<ListBucketResult><Contents><Key>a</Key><Size>7</Size></Contents></ListBucketResult>",
    failure: (code) => `<Error><Code>${code}</Code><Message>no</Message></Error>`,
  },
  {
    name: "timestream-write",
    client: "TimestreamWriteClient",
    command: "WriteRecordsCommand",
    input: { DatabaseName: "database", TableName: "table", Records: [{ Version: 1 }] },
    success: JSON.stringify({ RecordsIngested: { Total: 1 } }),
    failure: json,
  },
  {
    name: "timestream-query",
    client: "TimestreamQueryClient",
    command: "QueryCommand",
    input: { QueryString: "SELECT 1" },
    success: JSON.stringify({
      QueryId: "1",
      Rows: [{ Data: [{ ScalarValue: "1" }, { NullValue: true }] }],
      ColumnInfo: [{ Name: "one", Type: { ScalarType: "BIGINT" } }],
    }),
    failure: json,
  },
  {
    name: "kinesis",
    client: "KinesisClient",
    command: "PutRecordsCommand",
    input: { StreamName: "stream", Records: [{ Data: Buffer.from("a"), PartitionKey: "b" }] },
    success: JSON.stringify({ FailedRecordCount: 0, Records: [{ ShardId: "shardId-0" }] }),
    failure: json,
  },
  {
    name: "secrets-manager",
    client: "SecretsManagerClient",
    command: "GetSecretValueCommand",
    input: { SecretId: "secret" },
    success: JSON.stringify({ Name: "secret", SecretString: "text" }),
    failure: json,
  },
  {
    name: "sns",
    client: "SNSClient",
    command: "PublishCommand",
    input: { TopicArn: "arn:aws:sns:eu-west-1:123456789012:topic", Message: "text" },
    success:
      "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>",
    failure: (code) =>
      `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`,
  },
];

/** An error's schema: its kind, its name, and what of it is said on the wire. */
type ErrorSchema = readonly [
  kind: -3,
  namespace: string,
  name: string,
  traits: {
    readonly error: "client" | "server";
    readonly httpError?: number;
    readonly awsQueryError?: readonly [code: string, status: number];
  },
];

function errorsOf(sdk: Module): readonly { readonly code: string; readonly status: number }[] {
  return Object.values(sdk)
    .filter((each): each is ErrorSchema => Array.isArray(each) && each[0] === -3)
    .filter(([, namespace]) => namespace.startsWith("com.amazonaws"))
    .map(([, , name, { error, httpError, awsQueryError }]) => {
      const status = httpError ?? (error === "server" ? 500 : 400);
      return { code: awsQueryError?.[0] ?? name, status };
    });
}

async function ask(sdk: Module, service: Service, statusCode: number, body: string) {
  const headers = { "content-type": body.startsWith("<") ? "application/xml" : "application/json" };
  const handle = async () => ({ response: { statusCode, headers, body: Readable.from([body]) } });
  const client = new (sdk[service.client] as Constructor<Client>)({
    region: "eu-west-1",
    endpoint: "http://127.0.0.1:1",
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    maxAttempts: 1,
    requestHandler: { handle },
  });
  const command = new (sdk[service.command] as Constructor<object>)(service.input);
  return client.send(command).catch((error: Record<string, unknown>) => {
    const { name, message, $fault, $retryable } = error;
    return { name, message, $fault, $retryable };
  });
}

async function bundle({ contents, outfile }: { contents: string; outfile: string }) {
  await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    conditions: ["module"],
    plugins: [...sdkPruning],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
}

describe.each(SERVICES)("the pruned client of $name", (service) => {
  const directory = scratchDirectory();
  const specifier = `@aws-sdk/client-${service.name}`;
  let whole: Module;
  let pruned: Module;

  beforeAll(async () => {
    const outfile = `${directory.path}/pruned.mjs`;
    const contents = `export { ${service.client}, ${service.command} } from "${specifier}";`;
    await bundle({ contents, outfile });
    [whole, pruned] = (await Promise.all([
      import(specifier),
      import(pathToFileURL(outfile).href),
    ])) as [Module, Module];
  }, BUNDLING_MS);
  afterAll(() => directory.remove());

  it("reads an answer as ever", async () => {
    const { success } = service;
    const answer = await ask(pruned, service, 200, success);
    expect(answer).toEqual(await ask(whole, service, 200, success));
    expect(answer).not.toHaveProperty("message");
  });

  it("knows every error of the service by name, message and fault, and which are worth a retry", async () => {
    const errors = errorsOf(whole);
    expect(errors.length).toBeGreaterThan(5);
    for (const { code, status } of errors) {
      const body = service.failure(code);
      const error = await ask(pruned, service, status, body);
      expect(error).toEqual(await ask(whole, service, status, body));
      expect(error).toMatchObject({ message: "no" });
    }
  });
});
describe("withPlainKeys", () => {
  it("writes out keys that are constants of the module", () => {
    const source =
      'const _a = "alpha";\nconst _n = 1;\nvar X = [{ [_a]: 1, [_n]: 2, [other]: 3 }];\n';
    expect(withPlainKeys(source)).toBe(
      'const _a = "alpha";\nconst _n = 1;\nvar X = [{ "alpha": 1, [_n]: 2, [other]: 3 }];\n',
    );
  });

  it("leaves elements of lists alone", () => {
    const source = 'const _a = "alpha";\nvar X = flag ? [_a] : [_a, 1];\n';
    expect(withPlainKeys(source)).toBe(source);
  });
});

describe("what is refused", () => {
  const directory = scratchDirectory();
  afterAll(() => directory.remove());

  it(
    "would be in a bundle, file by file",
    async () => {
      const folder = directory.path;
      const { modules } = await bundleFunction({
        name: "stream-processor",
        store: "dynamodb",
        folder,
      });
      for (const { files } of NEVER_RUN)
        expect(modules).toContainEqual(expect.stringMatching(files));
    },
    BUNDLING_MS,
  );

  it("has the names that the file exports: it can be made, and says why it cannot be used", async () => {
    const source =
      "export class A {\n}\nexport const b = () => {};\nexport async function* c() {}\n";
    const outfile = `${directory.path}/refused.mjs`;
    await bundle({ contents: withRefusals(source, "nobody calls"), outfile });
    const refused = (await import(pathToFileURL(outfile).href)) as Record<string, () => unknown>;
    expect(Object.keys(refused)).toEqual(["A", "b", "c"]);
    for (const [name, each] of Object.entries(refused)) expect(each).toThrow(`${name} is left out`);
    const made = new (refused["A"] as unknown as new () => { work(): void })();
    expect(() => made.work()).toThrow("nobody calls");
  });
});
