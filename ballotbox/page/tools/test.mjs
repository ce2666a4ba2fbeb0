/** Bundles each test file and runs all with node's own runner: `node tools/test.mjs [NAME …]`. */

import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { bundleTests, HERE } from "./bundle_tests.mjs";

const chosen = process.argv.slice(2);
const files = (await readdir(join(HERE, "tests"))).filter((file) => file.endsWith(".test.ts"));
const run = files.filter((file) => chosen.length === 0 || chosen.some((name) => file.startsWith(name)));
const folder = await mkdtemp(join(HERE, "node_modules", ".tests-"));
try {
  const built = await bundleTests(folder, run);
  const done = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built], { cwd: HERE, stdio: "inherit" });
  process.exitCode = done.status ?? 1;
} finally {
  await rm(folder, { recursive: true });
}
