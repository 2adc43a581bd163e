import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type Stack,
  UpdateTerminationProtectionCommand,
} from "@aws-sdk/client-cloudformation";
import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { releaseStack } from "../../../lib/adapters/account/release-stack.ts";
import { awsError } from "./account-model.ts";

const stacks = mockClient(CloudFormationClient);
const buckets = mockClient(S3Client);
const OPTIONS = {
  region: "eu-west-1",
  credentials: { accessKeyId: "key", secretAccessKey: "secret" },
};
const stack = (more: Partial<Stack> = {}): Stack => ({
  StackName: "Ours",
  CreationTime: new Date(0),
  StackStatus: "CREATE_COMPLETE",
  EnableTerminationProtection: true,
  ...more,
});
const release = () => releaseStack({ stack: "Ours", bucket: "BucketsSite" }, OPTIONS);

beforeEach(() => {
  stacks.reset();
  buckets.reset();
  stacks.on(UpdateTerminationProtectionCommand).resolves({});
  stacks.on(DescribeStacksCommand).resolves({ Stacks: [stack()] });
  const bucket = (LogicalResourceId: string, PhysicalResourceId: string) => ({
    ResourceType: "AWS::S3::Bucket",
    LogicalResourceId,
    PhysicalResourceId,
  });
  stacks.on(DescribeStackResourcesCommand).resolves({
    StackResources: [bucket("BucketsSite1", "site"), bucket("BucketsArchive1", "archive")] as never,
  });
  buckets.on(DeleteObjectsCommand).resolves({});
});

describe("releaseStack", () => {
  it("takes the protection away, and empties the one bucket that goes along, version by version", async () => {
    buckets
      .on(ListObjectVersionsCommand)
      .resolvesOnce({
        Versions: [{ Key: "a", VersionId: "1" }],
        IsTruncated: true,
        NextKeyMarker: "a",
        NextVersionIdMarker: "1",
      })
      .resolves({ DeleteMarkers: [{ Key: "a", VersionId: "2" }] });
    expect(await release()).toBe(true);
    expect(stacks.commandCalls(UpdateTerminationProtectionCommand)[0]?.args[0].input).toEqual({
      StackName: "Ours",
      EnableTerminationProtection: false,
    });
    const deleted = buckets.commandCalls(DeleteObjectsCommand).map(({ args }) => args[0].input);
    expect(deleted).toEqual(
      ["1", "2"].map((VersionId) => ({
        Bucket: "site",
        Delete: { Objects: [{ Key: "a", VersionId }], Quiet: true },
      })),
    );
    expect(buckets.commandCalls(ListObjectVersionsCommand)[1]?.args[0].input).toMatchObject({
      KeyMarker: "a",
      VersionIdMarker: "1",
    });
  });

  it("deletes nothing where nothing lies, or no bucket is named", async () => {
    buckets.on(ListObjectVersionsCommand).resolves({});
    await release();
    await releaseStack({ stack: "Ours" }, OPTIONS);
    expect(buckets.commandCalls(DeleteObjectsCommand)).toEqual([]);
    expect(buckets.commandCalls(ListObjectVersionsCommand)).toHaveLength(1);
  });

  it("has nothing to do for a stack that is not there", async () => {
    const absent = awsError("ValidationError", "Stack [Ours] does not exist");
    stacks.on(DescribeStacksCommand).rejects(absent);
    expect(await release()).toBe(false);
  });

  it("leaves the protection of a stack alone that has none: no emulator knows how to take it away", async () => {
    const Stacks = [stack({ EnableTerminationProtection: false })];
    stacks.on(DescribeStacksCommand).resolves({ Stacks });
    buckets.on(ListObjectVersionsCommand).resolves({});
    expect(await release()).toBe(true);
    expect(stacks.commandCalls(UpdateTerminationProtectionCommand)).toEqual([]);
  });

  it.each([
    ["ROLLBACK_COMPLETE", true],
    ["ROLLBACK_FAILED", true],
    ["CREATE_COMPLETE", false],
    ["UPDATE_ROLLBACK_COMPLETE", false],
    ["CREATE_IN_PROGRESS", false],
  ] as const)(
    "releases one in %s, where only failed creations are meant: %s",
    async (status, is) => {
      stacks.on(DescribeStacksCommand).resolves({ Stacks: [stack({ StackStatus: status })] });
      expect(await releaseStack({ stack: "Ours", onlyUnborn: true }, OPTIONS)).toBe(is);
      expect(stacks.commandCalls(UpdateTerminationProtectionCommand)).toHaveLength(is ? 1 : 0);
    },
  );

  it("says which object stays", async () => {
    buckets.on(ListObjectVersionsCommand).resolves({ Versions: [{ Key: "a", VersionId: "1" }] });
    const Errors = [{ Key: "a", Code: "AccessDenied", Message: "no" }];
    buckets.on(DeleteObjectsCommand).resolves({ Errors });
    await expect(release()).rejects.toThrow(
      "asked to let Ours be deleted: Error: site/a stays: no",
    );
  });
});
