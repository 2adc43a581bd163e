// planted: TS6059
// planted: TS6307

import type { Planted } from "../app/target.ts";

export type Forbidden = Planted;
