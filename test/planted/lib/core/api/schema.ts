// planted: allowed

import { Type } from "typebox";

export const Planted = Type.String();
