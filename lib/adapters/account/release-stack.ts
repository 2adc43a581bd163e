import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
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
}

/**
 * Takes away what keeps a stack from being deleted: its protection, and what lies in a bucket that is to go with it.
 * Returns whether there is such a stack.
 *
 * @throws {AccountError}
 */
export async function releaseStack(
  { stack, bucket }: Release,
  options: AccountOptions = {},
): Promise<boolean> {
  const client = new CloudFormationClient(clientSettings(options));
  return await asked(`to let ${stack} be deleted`, async () => {
    try {
      const names = bucket === undefined ? [] : await bucketsOf(client, stack, bucket);
      await client.send(
        new UpdateTerminationProtectionCommand({
          StackName: stack,
          EnableTerminationProtection: false,
        }),
      );
      for (const name of names) await emptyBucket(name, options);
      return true;
    } catch (error) {
      if (isAbsentStack(error)) return false;
      throw error;
    }
  });
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
