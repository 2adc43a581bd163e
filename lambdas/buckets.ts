/** The buckets' one client. */
import { s3Client } from "../lib/adapters/s3/client.ts";
import { optionalEnv } from "./env.ts";

const endpoint = optionalEnv("AWS_ENDPOINT_URL");
export const client = s3Client(endpoint === undefined ? {} : { endpoint });
