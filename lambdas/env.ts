/** The one door to a function's environment. */

/** The deployment forgot a variable, or gave it a value that it cannot have. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

/** @throws {EnvironmentError} when it is not set */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new EnvironmentError(`${name} is not set: deploy again, the stack sets it`);
  }
  return value;
}

export function optionalEnv(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}
