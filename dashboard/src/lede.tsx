/** The answer first: net PnL of the range and what it is made of, in one sentence. */
import { count, money, toNumber } from "../model/format.ts";
import { componentWords } from "../model/sentence.ts";
import { statusWords } from "../model/status-words.ts";
import { figures, metrics, url } from "./store.ts";

export function Lede() {
  const body = metrics.value;
  if (body === null) return <p class="lede">{missingWords()}</p>;
  const { pnl, currency, trades } = body;
  if (pnl.net === null) {
    return (
      <p class="lede">
        No net PnL in {currency}: {statusWords(pnl.status)}. The instruments below stand for
        themselves.
      </p>
    );
  }
  return (
    <p class="lede">
      Net <b>{money(toNumber(pnl.net), currency)}</b>
      {" = "}
      {[...componentWords(body), `${count(trades.count)} trades`].map((words) => (
        <span key={words}>{words}</span>
      ))}
    </p>
  );
}

function missingWords(): string {
  const { phase, body } = figures.value;
  if (body !== null) return `No figures for ${url.value.instrument ?? "this"} in this range.`;
  return phase === "failed" ? "No figures yet." : "Reading the figures…";
}
