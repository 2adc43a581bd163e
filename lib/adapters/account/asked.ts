import { accountError } from "./account-error.ts";

/**
 * Asks, and names the situation where no answer comes.
 *
 * @param question as a message says it: `who these credentials are`
 * @throws {AccountError}
 */
export async function asked<Answer>(question: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw accountError(error, question);
  }
}

/** CloudFormation has no name of its own for a stack that is not there. */
export function isAbsentStack(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === "ValidationError" && message.includes("does not exist");
}
