/** Bundles each test file and runs all with node's own runner: `node tools/test.mjs [NAME …]`. */

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = join(dirname(fileURLToPath(import.meta.url)), "..");
const TESTS = join(HERE, "tests");
const chosen = process.argv.slice(2);

const files = (await readdir(TESTS)).filter((file) => file.endsWith(".test.ts"));
const run = files.filter((file) => chosen.length === 0 || chosen.some((name) => file.startsWith(name)));
// Inside this folder, so that packages are found from there.
const out = await mkdtemp(join(HERE, "node_modules", ".tests-"));
try {
  await build({
    absWorkingDir: HERE,
    entryPoints: run.map((file) => join("tests", file)),
    outdir: out,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    outExtension: { ".js": ".mjs" },
    sourcemap: "inline",
    logLevel: "warning",
  });
  const built = run.map((file) => join(out, file.replace(/\.ts$/, ".mjs")));
  const done = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built], { cwd: HERE, stdio: "inherit" });
  process.exitCode = done.status ?? 1;
} finally {
  await rm(out, { recursive: true });
}
