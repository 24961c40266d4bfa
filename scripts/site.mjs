// Finishes the site that scripts/build has laid out: bundles the style sheet, puts a hash into each name (Leptos' `hash-files`),
// writes down which files each `#[lazy]` function needs, compresses what compresses, and says what the first load costs.
//   node scripts/site.mjs SITE MAIN.CSS
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { existsSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const GOAL = 250 * 1024;
/** What the first load of a run's page was when somebody last looked; more than a twentieth above it fails the build. */
const LAST_SEEN = 593 * 1024;
/** A part that does not arrive, most often because Gonogo was updated: the page is asked for again, once in ten seconds. */
const LOST = `console.error(e);
            const before = Number(sessionStorage.getItem("part-lost"));
            if (!(Date.now() - before < 10_000)) {
                sessionStorage.setItem("part-lost", String(Date.now()));
                location.reload();
                await new Promise(() => {});
            }`;
const COMPRESSIBLE = new Set([".css", ".html", ".js", ".json", ".svg", ".txt", ".wasm", ".webmanifest"]);
/** The name of the `#[lazy]` function that draws a run's page, before its number. */
const RUN_PAGE = /^page_\d+$/;

const [site, mainCss] = process.argv.slice(2);
const pkg = join(site, "pkg");

writeFileSync(join(pkg, "gonogo.css"), bundleStyle(mainCss));
const { hash, needs } = linkParts();
const style = hashName("gonogo.css");
const names = { js: hash, wasm: hash, split: hash, manifest: hash, css: style };
writeFileSync(join(site, "hash.txt"), Object.entries(names).map(([kind, name]) => `${kind}: ${name}\n`).join(""));
for (const file of filesBelow(site)) compress(file);
report();

/**
 * The script, its module and the parts that are loaded later name each other, so they share one hash: of all their bytes.
 * Answers it, and the files of each part, as Leptos asks for them to preload them.
 */
function linkParts() {
  const link = join(pkg, "__wasm_split.js");
  const parts = readdirSync(pkg).filter((name) => /\.(js|wasm)$/.test(name)).sort();
  const all = createHash("sha256");
  for (const name of parts) all.update(readFileSync(join(pkg, name)));
  const hash = all.digest("hex").slice(0, 16);
  const text = readFileSync(link, "utf8").replaceAll("console.error(e);", LOST);
  const needs = partFiles(text, hash);
  const hashed = (script) => script.replaceAll(/"\.\/(\w+)\.(js|wasm)"/g, `"./$1.${hash}.$2"`);
  writeFileSync(link, hashed(text));
  const main = join(pkg, "gonogo.js");
  writeFileSync(main, readFileSync(main, "utf8").replaceAll(/from "\.\/__wasm_split\.js"/g, `from "./__wasm_split.${hash}.js"`));
  for (const name of parts) renameSync(join(pkg, name), join(pkg, name.replace(/\.(js|wasm)$/, `.${hash}.$1`)));
  writeFileSync(join(pkg, `__wasm_split_manifest.${hash}.json`), JSON.stringify(needs));
  return { hash, needs };
}

/** Which files each part needs: `{ page_123: ["chunk_1.HASH", "split_page_123.HASH"] }`. */
function partFiles(text, hash) {
  const file = (load) => [...load.matchAll(/new URL\("\.\/(\w+)\.wasm"/g)].map(([, name]) => `${name}.${hash}`);
  const shared = new Map([...text.matchAll(/const (__chunk_\d+) = makeLoad\(([^]*?)\n, \[\]\);/g)].map(([, name, load]) => [name, file(load)]));
  const own = [...text.matchAll(/export const __wasm_split_load_(\w+) = wrapAsyncCb\(makeLoad\(([^]*?), \[([^\]]*)\]\)\);/g)];
  if (own.length === 0) throw new Error("no part found in __wasm_split.js: does wasm-split write it otherwise now?");
  const chunks = (list) => list.split(", ").filter(Boolean).flatMap((name) => shared.get(name));
  return Object.fromEntries(own.map(([, name, load, list]) => [name, [...chunks(list), ...file(load)]]));
}

/** Browsers that know `light-dark()` and nesting: both stay as they are written. */
function bundleStyle(filename) {
  const require = createRequire(join(process.env.GONOGO_NPM_TOOLS, "package.json"));
  const { bundle } = require("lightningcss");
  const version = (major, minor = 0) => (major << 16) | (minor << 8);
  const { code, warnings } = bundle({
    filename,
    minify: true,
    targets: { chrome: version(125), firefox: version(128), safari: version(17, 5), ios_saf: version(17, 5) },
  });
  for (const warning of warnings) console.error(`style: ${warning.message} (${warning.loc?.filename}:${warning.loc?.line})`);
  if (warnings.length > 0) throw new Error("the style sheet has warnings");
  return code;
}

/** Puts the hash of its bytes into the name of a file of pkg, and gives it. */
function hashName(name) {
  const hash = createHash("sha256").update(readFileSync(join(pkg, name))).digest("hex").slice(0, 16);
  const [stem, kind] = name.split(".");
  renameSync(join(pkg, name), join(pkg, `${stem}.${hash}.${kind}`));
  return hash;
}

function compress(file) {
  if (!COMPRESSIBLE.has(extname(file)) || statSync(file).size < 512) return;
  const bytes = readFileSync(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}

function report() {
  const sent = (name) => statSync(existsSync(join(pkg, `${name}.br`)) ? join(pkg, `${name}.br`) : join(pkg, name)).size;
  const sum = (names) => names.reduce((all, name) => all + sent(name), 0);
  const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
  const runPage = Object.entries(needs).find(([name]) => RUN_PAGE.test(name));
  if (!runPage) throw new Error("the part that draws a run's page is not among those of __wasm_split.js");
  const parts = {
    js: [`gonogo.${hash}.js`, `__wasm_split.${hash}.js`],
    css: [`gonogo.${style}.css`],
    "wasm of every page": [`gonogo.${hash}.wasm`],
    "wasm of a run's page": runPage[1].map((name) => `${name}.wasm`),
  };
  const total = sum(Object.values(parts).flat());
  const list = Object.entries(parts).map(([name, files]) => `${name} ${kilobytes(sum(files))}`).join(", ");
  const all = readdirSync(pkg).filter((name) => name.endsWith(".wasm"));
  console.log(`build: first load of a run, compressed: ${kilobytes(total)} (${list}), the goal is ${kilobytes(GOAL)}; all wasm ${kilobytes(sum(all))}`);
  if (total > LAST_SEEN * 1.05) throw new Error(`the first load has grown by more than a twentieth: it was ${kilobytes(LAST_SEEN)}`);
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
