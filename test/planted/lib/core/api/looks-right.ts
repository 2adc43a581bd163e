// planted: lint/style/noRestrictedImports

import type { Planted } from "../simulator/target.ts";

export type Forbidden = Planted;
