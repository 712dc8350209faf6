// `node esbuild.mjs` builds dist/extension.js; `... production` without source map; `... test` the unit tests.
import { copyFileSync, readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const what = process.argv[2] ?? "";
const shared = { bundle: true, platform: "node", target: "node20", external: ["vscode"], logLevel: "warning" };

if (what === "test") {
  rmSync("dist-test", { recursive: true, force: true });
  const tests = readdirSync("test").filter((name) => name.endsWith(".test.ts"));
  await build({ ...shared, entryPoints: tests.map((name) => `test/${name}`), outdir: "dist-test", format: "cjs" });
} else {
  const production = what === "production";
  await build({
    ...shared,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    format: "cjs",
    minify: production,
    sourcemap: !production,
  });
  if (production) {
    rmSync("dist/extension.js.map", { force: true });
    copyFileSync("../../LICENSE", "LICENSE.txt"); // vsce packs only what lies below
  }
}
