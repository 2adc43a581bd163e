/** What the stack sets in a function's environment; imported before a function is. */
Object.assign(process.env, {
  AWS_REGION: "eu-west-1",
  BRAWLER_ALERTS_TABLE: "alerts",
  BRAWLER_ALERTS_TOPIC: "arn:aws:sns:eu-west-1:123456789012:alerts",
  BRAWLER_ANALYSIS_TABLE: "analysis",
  BRAWLER_ARCHIVE_BUCKET: "archive",
  BRAWLER_CONFIG: "{}",
  BRAWLER_METRICS_TABLE: "metrics",
  BRAWLER_MOCK: JSON.stringify({ seed: 7, scenario: "normal", instruments: ["BTC-PERP"] }),
  BRAWLER_PAGE_URL: "https://page.test/prod/",
  BRAWLER_SITE_BUCKET: "site",
  BRAWLER_SLACK_SECRET: "brawler/slack",
  BRAWLER_STAGE: "test",
  BRAWLER_STATE_TABLE: "state",
  BRAWLER_STREAM: "events",
  BRAWLER_VERSION: "1.2.3",
  // Logs and metrics go to the console, where a test can hear them.
  POWERTOOLS_DEV: "true",
  POWERTOOLS_METRICS_DISABLED: "false",
  POWERTOOLS_METRICS_NAMESPACE: "Brawler",
  POWERTOOLS_SERVICE_NAME: "test",
});
