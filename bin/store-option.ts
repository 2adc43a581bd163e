import { option } from "./option.ts";
import { postgresAddress } from "./value-kind.ts";

/** `--store URL`, the same in every command that has it. */
export const storeOption = option(
  postgresAddress,
  "URL",
  "keep the figures in PostgreSQL: postgres://user@host/database (default: in the data directory)",
);
