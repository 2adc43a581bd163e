/** Puts the built page into its bucket: a custom resource, called when a deployment changed the page or its settings. */
import type { CloudFormationCustomResourceEvent } from "aws-lambda";
import { client } from "./buckets.ts";
import { answerCloudFormation } from "./cloudformation-answer.ts";
import { requireEnv } from "./env.ts";
import { observed } from "./observed.ts";
import { publishPage, readPage } from "./page-bucket.ts";

/** Beside the bundle. */
const PAGE = new URL("page/", import.meta.url);

interface PageProperties {
  readonly base: string;
  readonly config: string;
}

export const handler = observed(async (event: CloudFormationCustomResourceEvent) => {
  await answerCloudFormation(event, async () => {
    const bucket = { client, name: requireEnv("BRAWLER_SITE_BUCKET") };
    const { base, config } = event.ResourceProperties as unknown as PageProperties;
    // The bucket goes with the stack that holds it: a deleted page leaves it as it is.
    if (event.RequestType !== "Delete") await publishPage(bucket, readPage(PAGE, { base, config }));
    return { physicalId: "page" };
  });
});
