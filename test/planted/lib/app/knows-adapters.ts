// planted: TS6059
// planted: TS6307

import type { Planted } from "../adapters/local/target.ts";

export type Forbidden = Planted;
