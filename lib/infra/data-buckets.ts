import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";

/** Private, encrypted, TLS only, versioned: what holds for every bucket of ours. */
const PRIVATE: BucketProps = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  versioned: true,
  removalPolicy: RemovalPolicy.RETAIN,
};

/** Prefixes of the archive bucket. */
export const ARCHIVE_PREFIX = {
  /** Every line in arrival order. */
  raw: "raw/",
  /** Frames and events that were set aside. */
  quarantine: "quarantine/",
  /** Batches that the event source mapping gave up on; the service writes below its own prefix. */
  onFailure: "aws/lambda/",
  /** Records that Timestream refused after taking them. */
  rejected: "timestream-rejected/",
} as const;

/** The raw archive, the page's files, and who read them. */
export class DataBuckets extends Construct {
  readonly archive: Bucket;
  readonly site: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const accessLogs = new Bucket(this, "AccessLogs", {
      ...PRIVATE,
      versioned: false,
      lifecycleRules: [{ expiration: Duration.days(90) }],
    });
    this.archive = new Bucket(this, "Archive", {
      ...PRIVATE,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: "archive/",
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(30) },
        { abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
    });
    this.site = new Bucket(this, "Site", {
      ...PRIVATE,
      // The page is built again from its source: nothing in here is anybody's data.
      removalPolicy: RemovalPolicy.DESTROY,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: "site/",
      lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(30) }],
    });
  }
}
