import { fileURLToPath } from "node:url";

/** Where `npm run build` puts the page. */
export const PAGE_DIRECTORY = fileURLToPath(new URL("../dist/dashboard", import.meta.url));
