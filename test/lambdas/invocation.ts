/** How the service calls a function, and what the function leaves in its log. */
import type { Context } from "aws-lambda";
import { vi } from "vitest";

export function contextOf(remainingMs = 60_000): Context {
  return {
    awsRequestId: "request-1",
    callbackWaitsForEmptyEventLoop: true,
    functionName: "brawler-test",
    functionVersion: "1",
    getRemainingTimeInMillis: () => remainingMs,
    invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:brawler-test",
    logGroupName: "group",
    logStreamName: "stream",
    memoryLimitInMB: "256",
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}

export interface Heard {
  /** Everything that was logged. */
  text(): string;
  /** Each metric with its newest value. */
  metrics(): Readonly<Record<string, unknown>>;
}

/** Listens to the console in its place. */
export function listen(): Heard {
  const lines: string[] = [];
  for (const method of ["debug", "info", "log", "warn", "error"] as const) {
    vi.spyOn(console, method).mockImplementation((line: unknown) => {
      lines.push(String(line));
    });
  }
  return {
    text: () => lines.join("\n"),
    metrics: () =>
      Object.assign({}, ...lines.filter((line) => line.includes('"_aws"')).map(parsed)),
  };
}

function parsed(line: string): object {
  return JSON.parse(line) as object;
}
