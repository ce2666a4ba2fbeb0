/** Bundles TypeScript of `tests/` for node: `node tools/bundle_tests.mjs FOLDER FILE…`; also used by test.mjs. */

import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

export const HERE = join(dirname(fileURLToPath(import.meta.url)), "..");

/** `FOLDER/<name>.mjs` for each file of tests/. The folder is inside this one, so that packages are found from there. */
export async function bundleTests(folder, files) {
  await build({
    absWorkingDir: HERE,
    entryPoints: files.map((file) => join("tests", file)),
    outdir: folder,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    outExtension: { ".js": ".mjs" },
    sourcemap: "inline",
    logLevel: "warning",
  });
  return files.map((file) => join(folder, file.replace(/\.ts$/, ".mjs")));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [folder, ...files] = process.argv.slice(2);
  await bundleTests(resolve(folder), files);
}
