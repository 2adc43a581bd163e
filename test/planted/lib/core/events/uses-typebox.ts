// planted: lint/style/noRestrictedImports

import { Type } from "typebox";

export const Planted = Type.String();
