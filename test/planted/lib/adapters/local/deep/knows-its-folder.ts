// planted: allowed

import type { Planted } from "../target.ts";

export type Forbidden = Planted;
