/** One figure, large, with what it needs to be judged: sample or interval, and its age. */
import type { ComponentChildren } from "preact";
import { ago, MISSING, type Tone } from "../model/format.ts";
import { now } from "./server-clock.ts";
import { figures, url } from "./store.ts";

interface CardProps {
  readonly label: string;
  readonly value: ComponentChildren;
  readonly tone?: Tone;
  readonly children: ComponentChildren;
}

export function Card({ label, value, tone = "flat", children }: CardProps) {
  const asOf = figures.value.body?.snapshot.asOf ?? null;
  const frozen = url.value.frozenAt !== null;
  return (
    <article class="card" aria-label={label}>
      <h2>{label}</h2>
      <p class={`card-value tone-${tone}`}>{value}</p>
      <p class="card-more">{children}</p>
      <p class="card-age">
        {asOf === null ? MISSING : frozen ? "frozen" : ago(Math.max(0, now.value - asOf))}
      </p>
    </article>
  );
}
