import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** The page: one script, one stylesheet, hashed, with paths relative to `<base>` so that any prefix can serve them. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: fileURLToPath(new URL("../dist/dashboard", import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    target: "es2022",
  },
});
