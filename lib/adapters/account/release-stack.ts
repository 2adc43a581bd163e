import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type Stack,
  UpdateTerminationProtectionCommand,
} from "@aws-sdk/client-cloudformation";
import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  S3Client,
} from "@aws-sdk/client-s3";
import { type AccountOptions, clientSettings } from "./account-options.ts";
import { asked, isAbsentStack } from "./asked.ts";

export interface Release {
  /** Name of the stack. */
  readonly stack: string;
  /** Start of the logical ids of buckets that go with it, files, versions and all. */
  readonly bucket?: string;
  /** Only where it never came to be, and something is left of the attempt. */
  readonly onlyUnborn?: boolean;
}

/** After a creation that failed. CloudFormation can do nothing more with such a stack than delete it. */
const UNBORN: ReadonlySet<string | undefined> = new Set(["ROLLBACK_COMPLETE", "ROLLBACK_FAILED"]);

/**
 * Takes away what keeps a stack from being deleted: its protection, and what lies in a bucket that is to go with it.
 * Returns whether it was released: there may be no such stack.
 *
 * @throws {AccountError}
 */
export async function releaseStack(
  { stack, bucket, onlyUnborn = false }: Release,
  options: AccountOptions = {},
): Promise<boolean> {
  const client = new CloudFormationClient(clientSettings(options));
  return await asked(`to let ${stack} be deleted`, async () => {
    const found = await stackOf(client, stack);
    if (found === undefined || (onlyUnborn && !UNBORN.has(found.StackStatus))) return false;
    const names = bucket === undefined ? [] : await bucketsOf(client, stack, bucket);
    if (found.EnableTerminationProtection === true) await unprotect(client, stack);
    for (const name of names) await emptyBucket(name, options);
    return true;
  });
}

async function stackOf(
  client: CloudFormationClient,
  StackName: string,
): Promise<Stack | undefined> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0];
  } catch (error) {
    if (isAbsentStack(error)) return undefined;
    throw error;
  }
}

async function unprotect(client: CloudFormationClient, StackName: string): Promise<void> {
  const EnableTerminationProtection = false;
  await client.send(
    new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection }),
  );
}

async function bucketsOf(
  client: CloudFormationClient,
  StackName: string,
  logicalId: string,
): Promise<readonly string[]> {
  const { StackResources } = await client.send(new DescribeStackResourcesCommand({ StackName }));
  return (StackResources ?? []).flatMap(
    ({ ResourceType, LogicalResourceId, PhysicalResourceId }) =>
      ResourceType === "AWS::S3::Bucket" &&
      LogicalResourceId?.startsWith(logicalId) === true &&
      PhysicalResourceId !== undefined
        ? [PhysicalResourceId]
        : [],
  );
}

async function emptyBucket(Bucket: string, options: AccountOptions): Promise<void> {
  const client = new S3Client({
    ...clientSettings(options),
    // An emulator knows buckets by the path, not by a host of their own.
    ...(options.endpoint !== undefined && { forcePathStyle: true }),
  });
  let page: Partial<ListObjectVersionsCommandOutput> = { IsTruncated: true };
  while (page.IsTruncated === true) {
    page = await client.send(
      new ListObjectVersionsCommand({
        Bucket,
        KeyMarker: page.NextKeyMarker,
        VersionIdMarker: page.NextVersionIdMarker,
      }),
    );
    const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(
      ({ Key, VersionId }) => ({ Key, VersionId }),
    );
    if (Objects.length > 0) {
      const Delete = { Objects, Quiet: true };
      const { Errors } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }));
      const [first] = Errors ?? [];
      if (first !== undefined) throw new Error(`${Bucket}/${first.Key} stays: ${first.Message}`);
    }
  }
}
