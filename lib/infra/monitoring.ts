import { Duration, Stack } from "aws-cdk-lib";
import { CfnBudget } from "aws-cdk-lib/aws-budgets";
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  Stats,
  TextWidget,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Construct } from "constructs";
import type { Alerting } from "./alerting.ts";
import type { AnalysisSchedule } from "./analysis-schedule.ts";
import type { BrawlerFunction } from "./brawler-function.ts";
import type { QueryApi } from "./query-api.ts";
import type { StageConfig } from "./stage-config.ts";
import type { StatefulStack } from "./stateful-stack.ts";
import type { StreamProcessing } from "./stream-processing.ts";

export interface MonitoringProps {
  readonly config: StageConfig;
  readonly stateful: StatefulStack;
  readonly processing: StreamProcessing;
  readonly analyses: AnalysisSchedule;
  readonly alerting: Alerting;
  readonly queryApi: QueryApi;
}

/** One alarm: what is wrong, and since when it counts. Its name is the heading of its section in the runbook. */
interface AlarmSpec {
  readonly name: string;
  readonly metric: IMetric;
  readonly threshold: number;
  readonly comparison?: ComparisonOperator;
  /** Periods of the metric: minutes, but where the metric has another. */
  readonly minutes: number;
  /** @default "notBreaching" */
  readonly missing?: TreatMissingData;
  readonly says: string;
}

/** Where an operator reads what to do. */
const RUNBOOK = "docs/runbook/alarms.md";

/** Alarms to the operations topic, one dashboard, one budget. */
export class Monitoring extends Construct {
  private readonly props: MonitoringProps;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.props = props;
    const specs = [
      ...this.pipelineAlarms(),
      ...this.functionAlarms(),
      ...this.promiseAlarms(),
      ...this.undeliveredAlarm(),
    ];
    for (const spec of specs) this.addAlarm(spec);
    this.addDashboard();
    if (!props.config.emulator) this.addBudget();
  }

  private addAlarm(spec: AlarmSpec): void {
    const { config, alerting } = this.props;
    const alarm = new Alarm(this, spec.name, {
      alarmName: `brawler-${config.stage}-${spec.name}`,
      alarmDescription: `${spec.says} ${RUNBOOK}#${spec.name}`,
      metric: spec.metric,
      threshold: spec.threshold,
      comparisonOperator: spec.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: spec.minutes,
      datapointsToAlarm: spec.minutes,
      treatMissingData: spec.missing ?? TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(alerting.operations));
    alarm.addOkAction(new SnsAction(alerting.operations));
  }

  private pipelineAlarms(): readonly AlarmSpec[] {
    const { stateful, processing } = this.props;
    const { stream } = stateful.ingest;
    const processor = processing.processor.function;
    return [
      {
        name: "iterator-age",
        metric: stream.metricGetRecordsIteratorAgeMilliseconds({
          period: MINUTE,
          statistic: Stats.MAXIMUM,
        }),
        threshold: Duration.minutes(5).toMilliseconds(),
        minutes: 5,
        says: "Events wait to be folded: the processor is behind, or a record blocks its shard.",
      },
      {
        name: "on-failure-objects",
        metric: processor.metric("OnFailureDestinationDeliveredEventCount", {
          period: MINUTE,
          statistic: Stats.SUM,
        }),
        threshold: 1,
        minutes: 1,
        says: "A batch was given up on; its payload waits in the archive bucket to be redriven.",
      },
      {
        name: "stream-throttled",
        metric: stream.metricPutRecordsThrottledRecords({ period: MINUTE, statistic: Stats.SUM }),
        threshold: 1,
        minutes: 5,
        says: "The stream refuses records: producers send more than its shards take.",
      },
      {
        name: "processor-silent",
        metric: processor.metricInvocations({ period: Duration.minutes(5), statistic: Stats.SUM }),
        threshold: 1,
        comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
        minutes: 3,
        missing: TreatMissingData.BREACHING,
        says: "No event has been folded for a quarter of an hour: no producer, or no mapping.",
      },
    ];
  }

  private functionAlarms(): readonly AlarmSpec[] {
    const { analyses, processing } = this.props;
    // What is called once an hour cannot fail three minutes running.
    const hourly = new Set([analyses.history, processing.restate]);
    return this.functions().flatMap((one) => [
      {
        name: `${one.lambdaName}-errors`,
        metric: one.function.metricErrors({ period: MINUTE, statistic: Stats.SUM }),
        threshold: 1,
        minutes: hourly.has(one) ? 1 : 3,
        says: `${one.lambdaName} fails again and again.`,
      },
      {
        name: `${one.lambdaName}-throttles`,
        metric: one.function.metricThrottles({ period: MINUTE, statistic: Stats.SUM }),
        threshold: 1,
        minutes: 5,
        says: `${one.lambdaName} is kept from running by a concurrency limit.`,
      },
    ]);
  }

  /** What the functions say of themselves: each is a promise of the product. */
  private promiseAlarms(): readonly AlarmSpec[] {
    const { processing, alerting } = this.props;
    return [
      {
        name: "dirty-age",
        metric: own("SweepFailures", processing.sweeper, Stats.SUM),
        threshold: 1,
        minutes: 3,
        says: "Rows that a committed state owes cannot be written: stored figures are behind.",
      },
      {
        name: "non-determinism",
        metric: own("ConflictingRows", processing.processor, Stats.SUM),
        threshold: 1,
        minutes: 1,
        says: "The same version of a row came with other values: two writers, or a fold that is not one.",
      },
      {
        name: "quarantine",
        metric: own("Quarantined", processing.processor, Stats.SUM),
        threshold: 1,
        minutes: 1,
        says: "Events were set aside; the quarantine holds them with their reasons.",
      },
      {
        name: "restate-put-off",
        metric: own("RestatesPutOff", processing.restate, Stats.SUM).with({
          period: Duration.hours(1),
        }),
        threshold: 1,
        minutes: 6,
        says: "For six hours a past waits to be folded anew: the archive lacks what the state has taken.",
      },
      {
        name: "state-size",
        metric: own("StateBytes", processing.processor, Stats.MAXIMUM),
        threshold: 64 * 1024,
        minutes: 5,
        says: "An instrument's state is larger than it should be; at 300 KB it is refused.",
      },
      {
        name: "undelivered",
        metric: own("UndeliveredNotifications", alerting.notifier, Stats.MAXIMUM),
        threshold: 1,
        minutes: 5,
        says: "A notification is due and has not gone out.",
      },
    ];
  }

  private undeliveredAlarm(): readonly AlarmSpec[] {
    const queue = this.props.alerting.undelivered;
    if (queue === undefined) return [];
    return [
      {
        name: "slack-undelivered",
        metric: queue.metricApproximateNumberOfMessagesVisible({
          period: MINUTE,
          statistic: Stats.MAXIMUM,
        }),
        threshold: 1,
        minutes: 1,
        says: "A message for Slack was given up on; the queue holds it.",
      },
    ];
  }

  private functions(): readonly BrawlerFunction[] {
    const { processing, analyses, alerting, queryApi } = this.props;
    const { processor, sweeper, redrive, restate, brawler } = processing;
    const folding = [processor, sweeper, redrive, restate, brawler];
    const all = [...folding, analyses.snapshot, analyses.history];
    return [...all, alerting.notifier, alerting.slack, queryApi.function].filter(
      (one) => one !== undefined,
    );
  }

  private addDashboard(): void {
    const { config, stateful, processing } = this.props;
    const { stream } = stateful.ingest;
    const dashboard = new Dashboard(this, "Dashboard", {
      dashboardName: `brawler-${config.stage}`,
      periodOverride: undefined,
    });
    const graph = (title: string, ...left: IMetric[]) =>
      new GraphWidget({ title, left, width: 12, period: MINUTE });
    dashboard.addWidgets(
      new TextWidget({ markdown: `Brawler ${config.stage}: alarms in ${RUNBOOK}`, width: 24 }),
      graph(
        "Events behind (ms)",
        stream.metricGetRecordsIteratorAgeMilliseconds({ statistic: Stats.MAXIMUM }),
      ),
      graph(
        "Events",
        ...["Applied", "Duplicates", "Quarantined", "Buffered"].map((name) =>
          own(name, processing.processor, Stats.SUM),
        ),
      ),
      graph("Duration p99 (ms)", ...this.functions().map((one) => p99(one))),
      graph("Errors", ...this.functions().map((one) => one.function.metricErrors())),
    );
  }

  private addBudget(): void {
    const { config, alerting } = this.props;
    const subscribers = [{ subscriptionType: "SNS", address: alerting.operations.topicArn }];
    new CfnBudget(this, "Budget", {
      budget: {
        budgetName: `brawler-${config.stage}-${Stack.of(this).region}`,
        budgetType: "COST",
        timeUnit: "MONTHLY",
        budgetLimit: { amount: config.budgetUsd, unit: "USD" },
      },
      notificationsWithSubscribers: ["ACTUAL", "FORECASTED"].map((notificationType) => ({
        notification: {
          notificationType,
          comparisonOperator: "GREATER_THAN",
          threshold: 80,
          thresholdType: "PERCENTAGE",
        },
        subscribers,
      })),
    });
  }
}

const MINUTE = Duration.minutes(1);

/** A metric that a function of ours writes through Powertools. */
function own(metricName: string, { lambdaName }: BrawlerFunction, statistic: string): Metric {
  return new Metric({
    namespace: "Brawler",
    metricName,
    dimensionsMap: { service: lambdaName },
    statistic,
    period: MINUTE,
  });
}

function p99(one: BrawlerFunction): Metric {
  return one.function.metricDuration({ statistic: "p99", label: one.lambdaName });
}
