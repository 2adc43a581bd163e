/** What the killed pipeline is told: line n is the same for every process, so that each can go on anywhere. */
import { resolveConfig } from "../../lib/core/api/config.ts";
import { MINUTE_US } from "../../lib/core/units.ts";

const FROM = 1_767_225_600_000_000;
const INSTRUMENTS = ["BTC-PERP", "ETH-PERP", "SOL-PERP"] as const;
/** Between two lines: 3,000 lines are an hour, so that retention deletes again and again. */
const STEP_US = (60 * MINUTE_US) / 3_000;

/** Kept so shortly that a run writes rows, restates them and deletes them. */
export const CONFIG = resolveConfig({ retention: { "5s": "20m", "1m": "3h", "1h": "12h" } });

/** Of a hundred lines: new ones, two that were told before, and one that is no event. */
const NEW = 97;

/** Every seventh new line is a trade, each 2,100 lines one of them is busted. */
export function lineAt(n: number): string {
  const [hundred, place] = [Math.floor(n / 100), n % 100];
  if (place === 99) return `no event ${n}`;
  const again = draw(n) % Math.max(1, Math.min(500, hundred * NEW));
  const told = place < NEW ? hundred * NEW + place : hundred * NEW + NEW - 1 - again;
  const slot = told % INSTRUMENTS.length;
  const turn = Math.floor(told / INSTRUMENTS.length);
  const envelope = {
    instrument: INSTRUMENTS[slot],
    sequence: turn + 1,
    time: FROM + told * STEP_US,
  };
  return JSON.stringify({ ...envelope, ...happening(turn, slot) });
}

function happening(turn: number, slot: number) {
  const mid = 10_000 + Math.round(500 * Math.sin(turn / 300 + slot)) + (draw(turn) % 20);
  const [bid, ask] = [((mid - 1) / 100).toFixed(2), ((mid + 1) / 100).toFixed(2)];
  if (turn > 0 && turn % 700 === 0)
    return { type: "bust", tradeId: tradeId(turn - (turn % 7) - 7) };
  if (turn % 7 !== 0) return { type: "reference", bid, ask };
  const side = draw(turn + 1) % 5 < 3 ? "buy" : "sell";
  return {
    type: "trade",
    tradeId: tradeId(turn),
    side,
    price: side === "buy" ? bid : ask,
    quantity: String(1 + (draw(turn) % 9)),
    liquidity: "maker",
    fee: "0.01",
  };
}

function tradeId(turn: number): string {
  return `T${turn}`;
}

/** A number that looks drawn and depends on n alone. */
function draw(n: number): number {
  let value = Math.imul(n ^ (n >>> 15), 0x2c1b3c6d);
  value = Math.imul(value ^ (value >>> 12), 0x297a2d39);
  return (value ^ (value >>> 15)) >>> 0;
}
