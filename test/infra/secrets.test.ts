import { lintSource } from "@secretlint/core";
import { creator as recommended } from "@secretlint/secretlint-rule-preset-recommend";
import { describe, expect, it } from "vitest";
import { FULL, templatesOf } from "./stages.ts";

describe("a secret", () => {
  it("is in no template, whatever is switched on", async () => {
    for (const store of ["dynamodb", "timestream"]) {
      const { stateful, stateless } = templatesOf({ ...FULL, store });
      for (const template of [stateful, stateless]) {
        const content = JSON.stringify(template.toJSON(), null, 1);
        const { messages } = await lintSource({
          source: { filePath: "template.json", content, contentType: "text" },
          options: { config: { rules: [{ id: "recommended", rule: recommended }] } },
        });
        expect(messages.map(({ ruleId }) => ruleId)).toEqual([]);
      }
    }
  });
});
