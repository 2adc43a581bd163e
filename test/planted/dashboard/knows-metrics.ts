// planted: lint/style/noRestrictedImports

import type { Planted } from "../lib/core/metrics/target.ts";

export type Forbidden = Planted;
