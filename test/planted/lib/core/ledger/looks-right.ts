// planted: lint/style/noRestrictedImports

import type { Planted } from "../metrics/target.ts";

export type Forbidden = Planted;
