// planted: TS6059
// planted: TS6307
// planted: lint/style/noRestrictedImports

import type { Planted } from "../lib/app/target.ts";

export type Forbidden = Planted;
