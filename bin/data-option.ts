import { optionOr } from "./option.ts";
import { text } from "./value-kind.ts";

/** `--data DIR`, the same in every command that has it. */
export const dataOption = optionOr(text, "DIR", ".brawler", "data directory");
