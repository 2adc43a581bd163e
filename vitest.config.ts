import { defineConfig } from "vitest/config";

/** Tests by what they cost: a project per class, so that the cheap ones can be run alone. */
const CONTRACT = ["test/adapters/**/*.test.ts", "test/contract/**/*.test.ts"];
const SIMULATION = ["test/simulation/**/*.test.ts"];
const BROWSER = ["test/browser/**/*.test.ts"];
const POSTGRES = ["test/adapters/postgres/**/*.test.ts"];
/** They have a configuration of their own: vitest.aws.config.ts. */
const AWS = ["test/**/*.aws.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...CONTRACT, ...SIMULATION, ...BROWSER, ...AWS, "test/planted/**"],
          globalSetup: ["test/infra/global-setup.ts"],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "contract",
          include: CONTRACT,
          exclude: [...AWS, ...POSTGRES],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "postgres",
          include: POSTGRES,
          globalSetup: ["test/adapters/postgres/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: "simulation", include: SIMULATION, testTimeout: 600_000 } },
      {
        test: { name: "browser", include: BROWSER, testTimeout: 120_000, hookTimeout: 120_000 },
      },
    ],
  },
});
