// Builds static/dist: hashed scripts, styles, fonts and pictures, their compressed twins, and manifest.json
// ("css/app.css" -> "css/app-HASH.css"). Run by `make`; nothing of dist is committed.
import { createHash } from "node:crypto";
import {
  cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync,
} from "node:fs";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build } from "esbuild";

const ROOT = dirname(fileURLToPath(import.meta.url));
const MODULES = join(ROOT, "node_modules");
const FINAL = join(ROOT, "dist");
const DIST = join(ROOT, `.dist-${process.pid}`);
const OLD = join(ROOT, `.old-${process.pid}`);
const COMPRESSED = new Set([".css", ".js", ".svg", ".json", ".webmanifest"]);

/** Scripts: manifest name -> source. A source that does not exist is skipped. */
const MODULE_SCRIPTS = {
  "ts/site": "ts/site/main.ts",
  "ts/panel": "ts/panel/main.tsx",
  "ts/workbench": "ts/workbench/main.tsx",
  "ts/board": "ts/board/main.tsx",
};
const LICENCES = {
  "figtree.txt": "@fontsource-variable/figtree/LICENSE",
  "bricolage-grotesque.txt": "@fontsource-variable/bricolage-grotesque/LICENSE",
  "lucide.txt": "lucide-static/LICENSE",
  "htmx.txt": "htmx.org/LICENSE",
  "preact.txt": "preact/LICENSE",
};

const manifest = {};

function write(name, content) {
  const target = join(DIST, name);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}

function writeHashed(name, content) {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const hashed = name.replace(/(\.[^.]+)$/, `-${digest}$1`);
  write(hashed, content);
  manifest[name] = hashed;
}

function walk(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** One SVG of <symbol>s; the drawings inherit stroke and fill from the element that uses them. */
function iconSprite(list) {
  const names = JSON.parse(readFileSync(join(ROOT, list), "utf8"));
  const symbols = names.map((name) => {
    const source = readFileSync(join(MODULES, "lucide-static", "icons", `${name}.svg`), "utf8");
    const drawing = source.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>\s*$/, "");
    return `<symbol id="${name}" viewBox="0 0 24 24">${drawing.replace(/\s*\n\s*/g, "").replace(/ \/>/g, "/>")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

const common = {
  bundle: true, minify: true, metafile: true, legalComments: "none", logLevel: "warning", absWorkingDir: ROOT,
  outdir: DIST, entryNames: "[dir]/[name]-[hash]", assetNames: "fonts/[name]-[hash]",
  loader: { ".woff2": "file" }, jsx: "automatic", jsxImportSource: "preact",
};

/** Bundle, and note each entry and font in the manifest. */
async function bundle(entries, options) {
  const present = Object.entries(entries).filter(([, source]) => existsSync(join(ROOT, source)));
  if (present.length === 0) return;
  const entryPoints = present.map(([out, source]) => ({ in: source, out }));
  const { metafile } = await build({ ...common, entryPoints, ...options });
  for (const [path, output] of Object.entries(metafile.outputs)) {
    const built = relative(DIST, join(ROOT, path)).split(sep).join("/");
    if (output.entryPoint) {
      const [name] = present.find(([, source]) => source === output.entryPoint);
      manifest[name + extname(built)] = built;
    } else if (built.startsWith("fonts/")) {
      manifest[`fonts/${basename(Object.keys(output.inputs)[0])}`] = built;
    }
  }
}

async function compress(path) {
  const content = readFileSync(path);
  const [zipped, brotli] = await Promise.all([
    promisify(gzip)(content, { level: 9 }),
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  ]);
  writeFileSync(`${path}.gz`, zipped);
  writeFileSync(`${path}.br`, brotli);
  return zipped.length;
}

async function main() {
  const styles = readdirSync(join(ROOT, "css")).filter((name) => name.endsWith(".css") && !name.startsWith("_"));
  await bundle(Object.fromEntries(styles.map((name) => [`css/${name.slice(0, -4)}`, `css/${name}`])), {});
  await bundle(MODULE_SCRIPTS, { format: "esm", target: "es2022" });
  await bundle({ "ts/loader": "ts/loader/main.ts" }, { format: "iife", target: "es2020" });
  await bundle({ "ts/now": "ts/now.ts" }, { format: "iife", target: "es2020" });
  await bundle({ sw: "ts/sw.ts" }, { format: "iife", target: "es2022", entryNames: "[name]" });
  writeHashed("ts/htmx.js", readFileSync(join(MODULES, "htmx.org", "dist", "htmx.min.js")));
  writeHashed("img/icons.svg", iconSprite("icons.json"));
  writeHashed("img/panel-icons.svg", iconSprite("ts/panel/icons.json"));
  for (const path of walk(join(ROOT, "img"))) {
    writeHashed(relative(ROOT, path).split(sep).join("/"), readFileSync(path));
  }
  for (const [name, source] of Object.entries(LICENCES)) {
    mkdirSync(join(DIST, "licenses"), { recursive: true });
    cpSync(join(MODULES, source), join(DIST, "licenses", name));
  }
  write("manifest.json", JSON.stringify(Object.fromEntries(Object.entries(manifest).sort()), null, 1));
  const sizes = new Map();
  for (const path of walk(DIST).filter((path) => COMPRESSED.has(extname(path)))) {
    sizes.set(relative(DIST, path).split(sep).join("/"), await compress(path));
  }
  if (existsSync(FINAL)) renameSync(FINAL, OLD);
  renameSync(DIST, FINAL);
  for (const [name, built] of Object.entries(manifest)) {
    if (/\.(css|js)$/.test(name)) {
      const bytes = statSync(join(FINAL, built)).size;
      process.stdout.write(`${name.padEnd(22)} ${String(bytes).padStart(8)} B ${String(sizes.get(built)).padStart(7)} B gz\n`);
    }
  }
}

try {
  await main();
} finally {
  for (const folder of [DIST, OLD]) rmSync(folder, { recursive: true, force: true });
}
