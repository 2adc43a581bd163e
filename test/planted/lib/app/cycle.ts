// planted: lint/suspicious/noImportCycles

import { back } from "./cycle-back.ts";

export const forth = () => back();
