// planted: lint/style/noRestrictedImports

import type { Planted } from "../events/target.ts";

export type Forbidden = Planted;
