// planted: lint/style/noRestrictedImports

import type { Planted } from "../ledger/target.ts";

export type Forbidden = Planted;
