// planted: lint/style/noRestrictedImports

import type { Hono } from "hono";

export type Forbidden = Hono;
