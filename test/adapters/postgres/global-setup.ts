/** One server for all tests of the project: that of `BRAWLER_TEST_POSTGRES`, or one of our own. */
import type { TestProject } from "vitest/node";
import { startServer, type TestServer } from "./server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    postgresUrl: string;
  }
}

let ours: TestServer | undefined;

export async function setup(project: TestProject): Promise<void> {
  const given = process.env["BRAWLER_TEST_POSTGRES"];
  if (given === undefined || given === "") ours = await startServer();
  project.provide("postgresUrl", ours?.url ?? given ?? "");
}

export async function teardown(): Promise<void> {
  await ours?.remove();
}
