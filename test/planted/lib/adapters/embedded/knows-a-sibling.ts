// planted: lint/style/noRestrictedImports

import type { Planted } from "../local/target.ts";

export type Forbidden = Planted;
