// planted: lint/style/noRestrictedImports

import type { Planted } from "../api/target.ts";

export type Forbidden = Planted;
