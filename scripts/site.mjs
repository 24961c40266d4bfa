// Finishes the site that scripts/build has laid out: bundles the style sheet, puts the hash of its content into each
// name (Leptos' `hash-files`), compresses what compresses, and says what the first load costs.
//   node scripts/site.mjs SITE MAIN.CSS
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { existsSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const BUDGET = 250 * 1024;
const COMPRESSIBLE = new Set([".css", ".html", ".js", ".json", ".svg", ".txt", ".wasm", ".webmanifest"]);

const [site, mainCss] = process.argv.slice(2);
const pkg = join(site, "pkg");

writeFileSync(join(pkg, "gonogo.css"), bundleStyle(mainCss));
const lines = ["js", "wasm", "css"].map((kind) => `${kind}: ${hashName(kind)}`);
writeFileSync(join(site, "hash.txt"), lines.join("\n") + "\n");
for (const file of filesBelow(site)) compress(file);
report();

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

/** Renames gonogo.KIND to gonogo.HASH.KIND and gives the hash. */
function hashName(kind) {
  const plain = join(pkg, `gonogo.${kind}`);
  const hash = createHash("sha256").update(readFileSync(plain)).digest("hex").slice(0, 16);
  renameSync(plain, join(pkg, `gonogo.${hash}.${kind}`));
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
  const sizes = filesBelow(pkg)
    .filter((file) => COMPRESSIBLE.has(extname(file)))
    .map((file) => ({ kind: extname(file).slice(1), bytes: statSync(existsSync(`${file}.br`) ? `${file}.br` : file).size }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
  const parts = sizes.map(({ kind, bytes }) => `${kind} ${kilobytes(bytes)}`).join(", ");
  const verdict = total <= BUDGET ? "within" : "OVER";
  console.log(`build: first load, compressed: ${kilobytes(total)} (${parts}), ${verdict} the budget of ${kilobytes(BUDGET)}`);
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
