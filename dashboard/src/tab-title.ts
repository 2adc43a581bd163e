/** The tab says how it is going: net PnL in the title, `!` in the icon while the figures are stale. */
import { effect } from "@preact/signals";
import { money, toNumber } from "../model/format.ts";
import { figures, freshness } from "./store.ts";

const SHAPES = {
  good: "<path d='M8 0l8 8-8 8-8-8z' fill='#4aa8ff'/>",
  stale:
    "<path d='M8 0l8 8-8 8-8-8z' fill='#8b97a5'/><path d='M7 3h2v6H7zM7 11h2v2H7z' fill='#fff'/>",
};

export function startTabTitle(): void {
  effect(() => {
    const portfolio = figures.value.body?.snapshot.portfolio;
    const stale = freshness.value === "stale";
    const net = portfolio === undefined ? null : toNumber(portfolio.pnl.net);
    const words = portfolio === undefined ? "" : `${money(net, portfolio.currency)} · `;
    document.title = `${stale ? "(!) " : ""}${words}Brawler`;
    const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>${
      stale ? SHAPES.stale : SHAPES.good
    }</svg>`;
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    if (icon !== null) icon.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  });
}
