// Builds the console into the package of the app, which serves it below /api/console/.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/api/console/",
  build: {
    outDir: "../shared/console/dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
});
