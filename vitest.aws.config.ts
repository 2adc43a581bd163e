import { defineConfig } from "vitest/config";

/** `npm run test:aws`: what runs against an emulator of AWS, and so needs Python. `npm test` needs npm alone. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "aws",
          include: ["test/**/*.aws.test.ts"],
          globalSetup: ["test/infra/global-setup.ts", "test/aws/ministack.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
