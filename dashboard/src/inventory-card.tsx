/** What is held now, and how near the nearest limit is. */
import { compactMoney, MISSING, percent, quantity } from "../model/format.ts";
import { instrumentRow } from "../model/instrument-rows.ts";
import { lastKnown } from "../model/series-data.ts";
import { Card } from "./card.tsx";
import { figures, hasNoSum, instruments, inventorySeries, metrics, url } from "./store.ts";

export function InventoryCard() {
  const { instrument } = url.value;
  const held = inventorySeries.value.body;
  const columns = held?.instrument === instrument ? held.series.columns : {};
  const currency = metrics.value?.currency ?? "USD";
  const text =
    instrument === null
      ? hasNoSum.value
        ? MISSING
        : compactMoney(lastKnown(columns["exposure"] ?? []), currency)
      : quantity(lastKnown(columns["quantity"] ?? []));
  const label = instrument === null ? "Gross exposure" : "Position";
  return (
    <Card label={label} value={text}>
      {nearestLimit(instrument)}
    </Card>
  );
}

function nearestLimit(instrument: string | null): string {
  const reported = figures.value.body?.snapshot.instruments ?? {};
  const rows = Object.entries(reported)
    .filter(([key]) => instrument === null || key === instrument)
    .map(([key, body]) => {
      const terms = instruments.value.find((one) => one.key === key);
      return instrumentRow(key, body, url.value.horizon, terms);
    });
  let nearest: { readonly key: string; readonly use: number } | undefined;
  for (const { key, use } of rows) {
    if (use !== null && use > (nearest?.use ?? -1)) nearest = { key, use };
  }
  if (nearest === undefined) return `limit ${MISSING}`;
  const name = instrument === null ? `, ${nearest.key}` : "";
  return `${nearest.use > 1 ? "▲ " : ""}${percent(nearest.use)} of limit${name}`;
}
