/** A titled region; a failure inside it stays inside it. */
import type { ComponentChildren } from "preact";
import type { Failure } from "./api-client.ts";

interface PanelProps {
  readonly id: string;
  readonly title: string;
  /** Unit, window or sample, beside the title. */
  readonly note?: ComponentChildren;
  readonly class?: string;
  readonly children: ComponentChildren;
}

export function Panel({ id, title, note, class: extra = "", children }: PanelProps) {
  return (
    <section class={`panel ${extra}`} aria-labelledby={`${id}-title`}>
      <div class="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {note === undefined ? null : <div class="panel-note">{note}</div>}
      </div>
      {children}
    </section>
  );
}

/** At the final size of what it stands for; appears after 150 ms so that quick answers do not flash. */
export function Skeleton({ height }: { readonly height: number }) {
  return <div class="skeleton" style={{ height: `${height}px` }} aria-hidden="true" />;
}

export function Empty({ height, children }: { height: number; children: ComponentChildren }) {
  return (
    <div class="empty" style={{ minHeight: `${height}px` }}>
      <p>{children}</p>
    </div>
  );
}

/** What stands in a panel that has no body: why, or that it is on its way. */
export function Waiting({ failure, height }: { failure: Failure | null; height: number }) {
  if (failure === null) return <Skeleton height={height} />;
  return (
    <Empty height={height}>
      Could not load. <span class="muted">{failure.title}</span>
    </Empty>
  );
}
