/** What any deployment may replace: functions, schedules, the API, topics, alarms. */
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Alerting } from "./alerting.ts";
import { AnalysisSchedule } from "./analysis-schedule.ts";
import { DashboardSite } from "./dashboard-site.ts";
import { Monitoring } from "./monitoring.ts";
import { QueryApi } from "./query-api.ts";
import type { StageConfig } from "./stage-config.ts";
import type { StatefulStack } from "./stateful-stack.ts";
import { StreamProcessing } from "./stream-processing.ts";

export interface StatelessStackProps extends StackProps {
  readonly config: StageConfig;
  readonly stateful: StatefulStack;
}

export class StatelessStack extends Stack {
  constructor(scope: Construct, id: string, props: StatelessStackProps) {
    super(scope, id, props);
    const { config, stateful } = props;
    const processing = new StreamProcessing(this, "Processing", { config, stateful });
    const analyses = new AnalysisSchedule(this, "Analyses", { config, stateful });
    const alerting = new Alerting(this, "Alerting", { config, stateful });
    const signIn = `https://${stateful.users.domain.domainName}.auth.${this.region}.amazoncognito.com`;
    const connect = config.emulator ? [] : [signIn];
    const queryApi = new QueryApi(this, "Query", { config, stateful, connect });
    const site = new DashboardSite(this, "Site", { config, stateful, queryApi, connect, signIn });
    // Messages lead to the page: its address is known here, and not to the one who deploys it for the first time.
    const pageUrl = config.desk.pageUrl ?? site.url;
    alerting.notifier.function.addEnvironment("BRAWLER_PAGE_URL", pageUrl);
    new Monitoring(this, "Monitoring", {
      config,
      stateful,
      processing,
      analyses,
      alerting,
      queryApi,
    });
    if (config.machineClient) {
      const machine = stateful.users.addMachineClient(this);
      new CfnOutput(this, "MachineClientId", { value: machine.userPoolClientId });
    }
    new CfnOutput(this, "PageUrl", { value: site.url, description: "Open this" });
    new CfnOutput(this, "ApiUrl", { value: `${site.url}api/v1` });
    new CfnOutput(this, "StreamName", { value: stateful.ingest.stream.streamName });
    new CfnOutput(this, "UserPool", { value: stateful.users.pool.userPoolId });
  }
}
