/** What the restate function may be called with: `{}`, or instruments that are to be folded anew whatever their state says. */
import { ACCOUNT_NAME, INSTRUMENT_NAME } from "../lib/core/events/build-event.ts";
import type { StateKey } from "../lib/ports/state-store.ts";

/** Called with what it does not know: nothing was looked at. */
export class RestateRequestError extends Error {
  override readonly name = "RestateRequestError";
}

const EXAMPLE = '{"rebuild":[{"account":"main","instrument":"BTC-PERP"}]}';

/**
 * @returns undefined where nothing is asked for: all that wait are meant
 * @throws {RestateRequestError} with everything that is wrong, and what would be right
 */
export function requestedRebuild(payload: unknown): readonly StateKey[] | undefined {
  const request = membersOf(payload);
  if (request === undefined) throw refusal([`the payload is ${shown(payload)}`]);
  const { rebuild, ...others } = request;
  const faults = unknownIn("the payload", others);
  const isAsked = Object.hasOwn(request, "rebuild");
  if (isAsked) faults.push(...faultsOf(rebuild));
  if (faults.length > 0) throw refusal(faults);
  return isAsked ? (rebuild as readonly StateKey[]) : undefined;
}

function faultsOf(rebuild: unknown): readonly string[] {
  if (!Array.isArray(rebuild) || rebuild.length === 0) {
    return [`rebuild is ${shown(rebuild)}, and should be a list of one instrument or more`];
  }
  const faults = rebuild.flatMap((key: unknown, at) => faultsOfKey(`rebuild[${at}]`, key));
  const names = rebuild.map((key) => JSON.stringify([key?.account, key?.instrument]));
  const again = names.findIndex((name, at) => names.indexOf(name) < at);
  return again < 0 ? faults : [...faults, `rebuild[${again}] is named before`];
}

function faultsOfKey(path: string, key: unknown): readonly string[] {
  const members = membersOf(key);
  if (members === undefined) return [`${path} is ${shown(key)}`];
  const { account, instrument, ...others } = members;
  return [
    ...unknownIn(path, others),
    ...faultsOfName(`${path}.account`, account, ACCOUNT_NAME),
    ...faultsOfName(`${path}.instrument`, instrument, INSTRUMENT_NAME),
  ];
}

function faultsOfName(path: string, name: unknown, pattern: RegExp): readonly string[] {
  if (typeof name === "string" && pattern.test(name)) return [];
  return [`${path} is ${shown(name)}, and should match ${pattern.source}`];
}

function unknownIn(path: string, others: object): string[] {
  return Object.keys(others).map((name) => `${path} has ${shown(name)}, which is not known`);
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function refusal(faults: readonly string[]): RestateRequestError {
  const wrong = faults.join("; ");
  return new RestateRequestError(`${wrong}. Call it with {}, or as with ${EXAMPLE}`);
}
