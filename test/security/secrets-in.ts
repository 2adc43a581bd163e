import { lintSource } from "@secretlint/core";
import { creator as recommended } from "@secretlint/secretlint-rule-preset-recommend";

/** What secretlint's recommended rules find: `file:line rule`, never the secret. */
export async function secretsIn(filePath: string, content: string): Promise<readonly string[]> {
  const { messages } = await lintSource({
    source: { filePath, content, contentType: "text" },
    options: { config: { rules: [{ id: "recommended", rule: recommended }] } },
  });
  return messages.map(({ ruleId, loc }) => `${filePath}:${loc.start.line} ${ruleId}`);
}
