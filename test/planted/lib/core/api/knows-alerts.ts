// planted: lint/style/noRestrictedImports

import type { Planted } from "../alerts/target.ts";

export type Forbidden = Planted;
