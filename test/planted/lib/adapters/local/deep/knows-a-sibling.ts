// planted: lint/style/noRestrictedImports

import type { Planted } from "../../embedded/target.ts";

export type Forbidden = Planted;
