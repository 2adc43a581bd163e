// planted: TS6059
// planted: TS6307

import type { Planted } from "../../ports/target.ts";

export type Forbidden = Planted;
