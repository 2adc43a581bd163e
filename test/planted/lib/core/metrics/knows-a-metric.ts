// planted: lint/style/noRestrictedImports

import type { Planted } from "./target.ts";

export type Forbidden = Planted;
