// planted: lint/style/noRestrictedImports

import type { Planted } from "../pipeline/target.ts";

export type Forbidden = Planted;
