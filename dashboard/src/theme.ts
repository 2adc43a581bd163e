/** Dark or light: the system's choice unless the reader made one. */
import { effect, signal } from "@preact/signals";

export const THEMES = ["system", "dark", "light"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "brawler-theme";

export const theme = signal<Theme>(stored());
/** Moves whenever colours do, so that canvases draw again. */
export const palette = signal(0);

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return THEMES.find((one) => one === value) ?? "system";
}

export function startTheme(): void {
  effect(() => {
    const { value } = theme;
    if (value === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = value;
    localStorage.setItem(KEY, value);
    palette.value = palette.peek() + 1;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    palette.value += 1;
  });
}

/** The present value of a colour token. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
