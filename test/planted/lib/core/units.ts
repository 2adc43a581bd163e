// planted: lint/style/noRestrictedImports

import type { Planted } from "./stats/target.ts";

export type Forbidden = Planted;
