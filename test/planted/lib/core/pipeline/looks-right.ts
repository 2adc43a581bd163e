// planted: lint/style/noRestrictedImports

import type { Planted } from "../history/target.ts";

export type Forbidden = Planted;
