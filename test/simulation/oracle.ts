/**
 * A second opinion on the ledger and the markouts, from the raw events alone: a plain loop in big integers and arrays that
 * shares no code with the product.
 */
import type { Told } from "./story.ts";

export interface NaiveLedger {
  /** In thousandths, as the story's lots are. */
  readonly position: bigint;
  /** −Σ x·p, in 10^-5 (lots of 10^-3 times ticks of 10^-2). */
  readonly cash: bigint;
  /** What the open position cost, in the same. */
  readonly cost: bigint;
  /** In 10^-12. */
  readonly fees: bigint;
  readonly trades: number;
  /** Half-ticks of the last valid reference. */
  readonly mid: bigint;
  /** Sequences of amendments of a trade that is not known, or no longer. */
  readonly refused: readonly number[];
}

/** A trade as it stands after all that was said of it; undefined where it never happened. */
interface Standing {
  readonly side: unknown;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly fee: bigint;
}

/**
 * @param events in order, each once
 * @param foreknown trades whose amendments were known before the first event: they are booked once, as they ended
 */
export function naiveLedger(
  events: readonly Told[],
  foreknown: ReadonlySet<string> = new Set(),
): NaiveLedger {
  let [position, cash, cost, fees, trades] = [0n, 0n, 0n, 0n, 0];
  const refused: number[] = [];
  const told = [...bookings(events, refused)];
  for (const { side, price, quantity, fee, times } of withForesight(told, foreknown)) {
    const signed = times * (side === "buy" ? quantity : -quantity);
    cost = costAfter({ position, cost }, signed, price);
    position += signed;
    cash -= signed * price;
    fees += times * fee;
    trades += Number(times);
  }
  return { position, cash, cost, fees, trades, mid: lastMid(events), refused };
}

interface Booking extends Standing {
  readonly tradeId: unknown;
  readonly times: 1n | -1n;
}

/** In the place of a trade's first booking what is left of it in the end, if anything. */
function withForesight(told: readonly Booking[], foreknown: ReadonlySet<string>): Booking[] {
  const left = new Map<unknown, Booking | undefined>();
  for (const one of told) left.set(one.tradeId, one.times > 0n ? one : undefined);
  const seen = new Set<unknown>();
  return told.flatMap((one) => {
    if (!foreknown.has(String(one.tradeId))) return [one];
    const last = seen.has(one.tradeId) ? undefined : left.get(one.tradeId);
    seen.add(one.tradeId);
    return last === undefined ? [] : [last];
  });
}

/** Trades as they are told first; what an amendment takes back, and what it puts in its place. */
function* bookings(events: readonly Told[], refused: number[]): Generator<Booking> {
  const standing = new Map<unknown, Standing | undefined>();
  for (const { event, sequence } of events.filter(isOfTrade)) {
    const { tradeId } = event;
    const refusal = refusalOf(event, standing);
    if (refusal === "no such trade") refused.push(sequence);
    if (refusal !== undefined) continue;
    const before = standing.get(tradeId);
    if (before !== undefined) yield { ...before, tradeId, times: -1n };
    const after = event["type"] === "bust" ? undefined : standingAfter(before, event);
    if (after !== undefined) yield { ...after, tradeId, times: 1n };
    standing.set(tradeId, after);
  }
}

/** An amendment needs a trade that stands, a trade one that was never told. */
function refusalOf(
  { type, tradeId }: Told["event"],
  standing: ReadonlyMap<unknown, Standing | undefined>,
): "told before" | "no such trade" | undefined {
  if (type === "trade") return standing.has(tradeId) ? "told before" : undefined;
  return standing.get(tradeId) === undefined ? "no such trade" : undefined;
}

function isOfTrade({ event: { type } }: Told): boolean {
  return type === "trade" || type === "bust" || type === "correction";
}

/** What is told, and the rest as it was. */
function standingAfter(before: Standing | undefined, event: Told["event"]): Standing {
  const told = (name: string, decimals: number) =>
    event[name] === undefined ? undefined : integer(event[name], decimals);
  return {
    side: event["side"] ?? before?.side,
    price: told("price", 2) ?? before?.price ?? 0n,
    quantity: told("quantity", 3) ?? before?.quantity ?? 0n,
    fee: told("fee", 12) ?? before?.fee ?? 0n,
  };
}

function lastMid(events: readonly Told[]): bigint {
  let mid = 0n;
  let newest = 0;
  for (const { event } of events) {
    const time = Number(event["time"]);
    const own = midOf(event);
    if (time < newest || (own === undefined && event["type"] !== "heartbeat")) continue;
    newest = time;
    mid = own ?? mid;
  }
  return mid;
}

/** In half-ticks, of a reference that is neither locked nor crossed. */
function midOf(event: Told["event"]): bigint | undefined {
  if (event["type"] !== "reference") return undefined;
  const [bid, ask] = [integer(event["bid"], 2), integer(event["ask"], 2)];
  return bid > 0n && ask > bid ? bid + ask : undefined;
}

/** Average cost: closing releases its share, rounded half to even; crossing zero opens the rest at the price. */
function costAfter(
  { position, cost }: { readonly position: bigint; readonly cost: bigint },
  signed: bigint,
  price: bigint,
): bigint {
  if (position === 0n || position > 0n === signed > 0n) return cost + signed * price;
  const [held, traded] = [abs(position), abs(signed)];
  const closed = held < traded ? held : traded;
  // The ledger counts in half-ticks, so it rounds there.
  const released = halfEven(2n * cost * closed, held);
  const rest = signed > 0n ? signed - closed : signed + closed;
  return rest === 0n ? (2n * cost - released) / 2n : rest * price;
}

/** The nearest integer of a / b, b > 0. */
function halfEven(a: bigint, b: bigint): bigint {
  let floor = a / b;
  if (a % b < 0n) floor -= 1n;
  const twice = 2n * (a - floor * b);
  if (twice === b) return floor % 2n === 0n ? floor : floor + 1n;
  return twice > b ? floor + 1n : floor;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** A decimal text in units of 10^-decimals. */
function integer(value: string | number | undefined, decimals: number): bigint {
  const text = String(value);
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const digits = BigInt(whole + fraction.padEnd(decimals, "0"));
  return text.startsWith("-") ? -digits : digits;
}

export interface NaiveMark {
  readonly status: "pending" | "ok" | "stale" | "missing";
  /** Half-ticks; undefined without one. */
  readonly mid: bigint | undefined;
}

const MAX_AGE_US = 60_000_000;

/** A valid reference, or a heartbeat, which has no mid. */
export interface Heard {
  readonly time: number;
  readonly mid: bigint | undefined;
}

export function heardOf(events: readonly Told[]): Heard[] {
  return events
    .map(({ event }) => ({ event, time: Number(event["time"]), mid: midOf(event) }))
    .filter(({ event, mid }) => event["type"] === "heartbeat" || mid !== undefined);
}

/**
 * The mid `waitUs` after a trade, of what was heard, whose times never fall: the last valid reference by then, once
 * something is known beyond; stale where neither a reference nor a heartbeat was near, then or at the trade.
 */
export function naiveMark(heard: readonly Heard[], tradeTime: number, waitUs: number): NaiveMark {
  const at = tradeTime + waitUs;
  if ((heard.at(-1)?.time ?? 0) <= at) return { status: "pending", mid: undefined };
  const isMid = ({ mid }: Heard) => mid !== undefined;
  const mid = heard.findLast((one) => isMid(one) && one.time <= at)?.mid;
  const preTradeMid = heard.findLast((one) => isMid(one) && one.time < tradeTime)?.mid;
  if (mid === undefined || preTradeMid === undefined) return { status: "missing", mid: undefined };
  const age = (time: number) => time - (heard.findLast((one) => one.time <= time)?.time ?? 0);
  const isStale = age(at) > MAX_AGE_US || age(tradeTime) > MAX_AGE_US;
  return { status: isStale ? "stale" : "ok", mid };
}
