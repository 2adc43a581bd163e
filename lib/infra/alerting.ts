import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Effect, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { SubscriptionFilter, Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription, LambdaSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import { BrawlerFunction, NO_DEAD_LETTERS } from "./brawler-function.ts";
import { RESERVED } from "./reserved-concurrency.ts";
import { minutely } from "./schedules.ts";
import type { StageConfig } from "./stage-config.ts";
import type { StatefulStack } from "./stateful-stack.ts";
import { alertAccess } from "./store-access.ts";

export interface AlertingProps {
  readonly config: StageConfig;
  readonly stateful: StatefulStack;
}

/** The ways out: `alerts` for what the rules found, `operations` for the system's own troubles. */
export class Alerting extends Construct {
  readonly alerts: Topic;
  readonly operations: Topic;
  readonly notifier: BrawlerFunction;
  readonly slack: BrawlerFunction | undefined;
  /** What SNS could not hand to Slack's function. */
  undelivered: Queue | undefined;
  private readonly key: Key;

  constructor(scope: Construct, id: string, { config, stateful }: AlertingProps) {
    super(scope, id);
    this.key = this.makeKey(config);
    this.alerts = this.makeTopic("Alerts", `brawler-${config.stage}-alerts`);
    this.operations = this.makeTopic("Operations", `brawler-${config.stage}-operations`);
    this.letServicesPublish();
    this.notifier = this.makeNotifier(config, stateful);
    for (const email of config.alertEmails) {
      const filterPolicy = onlyChannel("email");
      this.alerts.addSubscription(new EmailSubscription(email, { filterPolicy }));
    }
    for (const email of config.operationsEmails) {
      this.operations.addSubscription(new EmailSubscription(email));
    }
    acknowledge(this, {
      pack: "Serverless",
      finding: "Serverless-SNSRedrivePolicy",
      reason:
        "E-mail: SNS hands it to the mail system and hears nothing back, so there is nothing to redrive. Slack's subscriptions have a queue.",
    });
    this.slack =
      config.slackSecret === undefined
        ? undefined
        : this.makeSlack(config, stateful, config.slackSecret);
  }

  private makeKey(config: StageConfig): Key {
    return new Key(this, "Key", {
      description: `Messages of brawler-${config.stage}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
  }

  private makeTopic(id: string, topicName: string): Topic {
    return new Topic(this, id, { topicName, masterKey: this.key, enforceSSL: true });
  }

  /** Alarms and the budget publish to `operations`; nobody but this account's own may. */
  private letServicesPublish(): void {
    const { account, partition, region } = Stack.of(this);
    const conditions = { StringEquals: { "aws:SourceAccount": account } };
    const sources = {
      "cloudwatch.amazonaws.com": `arn:${partition}:cloudwatch:${region}:${account}:alarm:*`,
      "budgets.amazonaws.com": `arn:${partition}:budgets::${account}:*`,
    };
    for (const [service, source] of Object.entries(sources)) {
      const principals = [new ServicePrincipal(service)];
      this.operations.addToResourcePolicy(
        new PolicyStatement({
          effect: Effect.ALLOW,
          principals,
          actions: ["sns:Publish"],
          resources: [this.operations.topicArn],
          conditions: { ...conditions, ArnLike: { "aws:SourceArn": source } },
        }),
      );
      this.key.addToResourcePolicy(
        new PolicyStatement({
          effect: Effect.ALLOW,
          principals,
          actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
          resources: ["*"],
          conditions,
        }),
      );
    }
  }

  private makeNotifier(config: StageConfig, stateful: StatefulStack): BrawlerFunction {
    const notifier = new BrawlerFunction(this, "Notifier", {
      config,
      name: "alert-notifier",
      withoutDeadLetters: NO_DEAD_LETTERS.clock,
      description: "Publishes every due notification of the outbox, one id each",
      environment: {
        ...alertAccess.environment(stateful),
        BRAWLER_ALERTS_TOPIC: this.alerts.topicArn,
      },
      concurrency: RESERVED["alert-notifier"],
    });
    alertAccess.grant(notifier, stateful);
    notifier.allow(["sns:Publish"], this.alerts.topicArn);
    notifier.allow(["kms:Decrypt", "kms:GenerateDataKey"], this.key.keyArn);
    minutely(this, "EachMinute", notifier);
    return notifier;
  }

  private makeSlack(
    config: StageConfig,
    stateful: StatefulStack,
    secretName: string,
  ): BrawlerFunction {
    const secret: ISecret = Secret.fromSecretNameV2(this, "SlackSecret", secretName);
    const deadLetterQueue = new Queue(this, "Undelivered", {
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(14),
    });
    const reason = "It is the dead-letter queue.";
    acknowledge(
      deadLetterQueue,
      { pack: "AwsSolutions", finding: "AwsSolutions-SQS3", reason },
      { pack: "Serverless", finding: "Serverless-SQSRedrivePolicy", reason },
    );
    this.undelivered = deadLetterQueue;
    const slack = new BrawlerFunction(this, "Slack", {
      config,
      name: "slack-notifier",
      deadLetterQueue,
      description: "Posts and updates one Slack message a group, once per notification id",
      environment: {
        ...alertAccess.environment(stateful),
        BRAWLER_SLACK_SECRET: secretName,
        ...(config.emulator && config.slackBaseUrl !== undefined
          ? { BRAWLER_SLACK_BASE_URL: config.slackBaseUrl }
          : {}),
      },
      timeout: Duration.seconds(30),
      concurrency: RESERVED["slack-notifier"],
    });
    slack.allow(["secretsmanager:GetSecretValue"], `${secret.secretArn}-??????`);
    alertAccess.grant(slack, stateful);
    const filterPolicy = onlyChannel("slack");
    const { function: target } = slack;
    this.alerts.addSubscription(new LambdaSubscription(target, { filterPolicy, deadLetterQueue }));
    this.operations.addSubscription(new LambdaSubscription(target, { deadLetterQueue }));
    return slack;
  }
}

function onlyChannel(channel: string): Record<string, SubscriptionFilter> {
  return { channel: SubscriptionFilter.stringFilter({ allowlist: [channel] }) };
}
