// planted: allowed

import type { Planted } from "../lib/core/api/target.ts";

export type Forbidden = Planted;
