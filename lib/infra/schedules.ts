import { Duration } from "aws-cdk-lib";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Schedule, ScheduleExpression, ScheduleTargetInput } from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import type { Construct } from "constructs";
import type { BrawlerFunction } from "./brawler-function.ts";

/** Once a minute. A run that is missed is not made up: the next one does its work too. */
export function minutely(scope: Construct, id: string, target: BrawlerFunction): Schedule {
  return schedule(scope, id, target, { every: ScheduleExpression.rate(Duration.minutes(1)) });
}

/** Once an hour; likewise. Called with `{}`, as by a person who asks for nothing else. */
export function hourly(scope: Construct, id: string, target: BrawlerFunction): Schedule {
  return schedule(scope, id, target, {
    every: ScheduleExpression.rate(Duration.hours(1)),
    input: {},
  });
}

export interface ScheduleOptions {
  readonly every: ScheduleExpression;
  /** What the function is called with. */
  readonly input?: Readonly<Record<string, unknown>>;
}

/** Each schedule invokes with a role of its own that may invoke this one function and do nothing else. */
export function schedule(
  scope: Construct,
  id: string,
  target: BrawlerFunction,
  { every, input }: ScheduleOptions,
): Schedule {
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal("scheduler.amazonaws.com"),
  });
  role.addToPolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ["lambda:InvokeFunction"],
      resources: [target.function.functionArn],
    }),
  );
  return new Schedule(scope, id, {
    schedule: every,
    description: `${target.lambdaName}: ${every.expressionString}`,
    target: new LambdaInvoke(target.function, {
      role: role.withoutPolicyUpdates(),
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
      ...(input === undefined ? {} : { input: ScheduleTargetInput.fromObject({ ...input }) }),
    }),
  });
}
