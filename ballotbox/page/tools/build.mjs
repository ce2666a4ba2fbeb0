/**
 * Builds the deputies' page: ONE file, `bundle/ballot.html`, with its script and style inside, that loads nothing else.
 *
 *     node tools/build.mjs           write the bundle and the manifest of licences
 *     node tools/build.mjs --check   exit code 1 unless both are what the sources give
 *
 * The same sources give the same bytes on every machine: what is bundled is pinned by package-lock.json.
 * Sources: src/main.ts, src/page.css, and src/page.html, which holds the marks {{style}} and {{script}} once each.
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = join(dirname(fileURLToPath(import.meta.url)), "..");
const PAGE = join(HERE, "bundle", "ballot.html");
const LICENCES = join(HERE, "bundle", "licences.json");
const TARGET = ["chrome86", "safari14.1"];
/** Younger than the target, and nothing that esbuild could lower. */
const TOO_NEW = ["Object.hasOwn", "structuredClone(", ".at(", ".findLast", ".toSorted(", "randomUUID", "Promise.any", "WeakRef"];

const common = {
  absWorkingDir: HERE,
  bundle: true,
  minify: true,
  write: false,
  charset: "utf8",
  target: TARGET,
  legalComments: "none",
  metafile: true,
};

async function bundle() {
  const script = await build({ ...common, ...old(), entryPoints: ["src/main.ts"], format: "iife", platform: "browser" });
  const style = await build({ ...common, entryPoints: ["src/page.css"], loader: { ".svg": "dataurl" } });
  const template = await readFile(join(HERE, "src", "page.html"), "utf8");
  const licences = await licencesOf(script.metafile);
  const page = fill(template, { style: inline(style, "</style"), script: inline(script, "</script") });
  return { page, licences };
}

/** `src/protocol/old_views.ts` stands in for what old web views lack. */
function old() {
  return { inject: ["src/protocol/old_views.ts"], define: { "Object.hasOwn": "hasOwn" } };
}

function inline(result, end) {
  const text = result.outputFiles[0].text.trim();
  const young = TOO_NEW.filter((name) => text.includes(name));
  if (young.length > 0) throw new Error(`the bundle asks for what old web views lack: ${young.join(" ")}`);
  if (text.toLowerCase().includes(end) || text.includes("<!--")) throw new Error(`the bundle holds ${end}> or <!--`);
  return text;
}

function fill(template, parts) {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const pieces = text.split(`{{${name}}}`);
    if (pieces.length !== 2) throw new Error(`src/page.html holds {{${name}}} once`);
    return pieces.join(part);
  }, template);
}

/** Package, version, licence and its text, for each package that a byte of the bundle comes from. */
async function licencesOf(metafile) {
  const [output] = Object.values(metafile.outputs);
  const inside = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const names = new Set(inside.map(([path]) => packageOf(path)).filter((name) => name !== null));
  const entries = [...names].sort().map(async (name) => {
    const folder = join(HERE, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return { package: name, version, licence: license, text: await readFile(join(folder, "LICENSE"), "utf8") };
  });
  return `${JSON.stringify(await Promise.all(entries), null, 2)}\n`;
}

function packageOf(path) {
  const parts = relative("node_modules", path).split(sep);
  if (parts[0] === "..") return null;
  return parts[0].startsWith("@") ? `${parts[0]}/${parts[1]}` : parts[0];
}

const built = await bundle();
if (process.argv.includes("--check")) {
  for (const [path, expected] of [[PAGE, built.page], [LICENCES, built.licences]]) {
    const found = await readFile(path, "utf8").catch(() => null);
    if (found === expected) continue;
    console.error(`${relative(HERE, path)} is not what the sources give: run npm run build`);
    process.exitCode = 1;
  }
} else {
  await mkdir(dirname(PAGE), { recursive: true });
  await writeFile(PAGE, built.page);
  await writeFile(LICENCES, built.licences);
  console.log(`${relative(HERE, PAGE)}: ${Buffer.byteLength(built.page)} bytes`);
}
