import { defineConfig } from "tsup"

// Types come from `tsc -b`: tsup's own need a compiler API that TypeScript 7 does not have.
export default defineConfig({
  entry: ["src/**/*.ts"],
  format: "esm",
  target: "node22",
  dts: false,
  clean: false,
  sourcemap: true,
  splitting: true
})
