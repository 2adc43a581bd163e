import { defineConfig } from "vitest/config";

/** Tests by what they cost: a project per class, so that the cheap ones can be run alone. */
const CONTRACT = ["test/adapters/**/*.test.ts", "test/contract/**/*.test.ts"];
const BROWSER = ["test/browser/**/*.test.ts"];
/** They have a configuration of their own: vitest.aws.config.ts. */
const AWS = ["test/**/*.aws.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...CONTRACT, ...BROWSER, ...AWS, "test/planted/**"],
          testTimeout: 60_000,
        },
      },
      { test: { name: "contract", include: CONTRACT, exclude: AWS, testTimeout: 60_000 } },
      {
        test: { name: "browser", include: BROWSER, testTimeout: 120_000, hookTimeout: 120_000 },
      },
    ],
  },
});
