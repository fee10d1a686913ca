// Builds every src/pages/*.js, and the fallback bundle, into ../static/peer_review/js/, which is committed: running the
// software needs no Node. Any machine gives the same bytes from the same lock file.
//
//   npm ci && node build.mjs            build
//   npm ci && node build.mjs --check    fail if a build would differ from what is committed

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../static/peer_review/js");
const lock = JSON.parse(await readFile(join(here, "package-lock.json"), "utf8"));

async function load() {
  try {
    return await import("esbuild");
  } catch {
    console.error("esbuild is not installed. Run `npm ci` in peer_review/static_src first.");
    process.exit(2);
  }
}

/** Return {file name: bytes} of everything the build writes. */
async function build(esbuild) {
  const wanted = lock.packages["node_modules/esbuild"].version;
  if (esbuild.version !== wanted) throw new Error(`esbuild ${esbuild.version} is installed, ${wanted} is locked: run npm ci`);
  const pages = (await readdir(join(here, "src/pages"))).filter((name) => name.endsWith(".js")).sort();
  const { outputFiles } = await esbuild.build({
    absWorkingDir: here,
    entryPoints: [...pages.map((name) => `src/pages/${name}`), "src/fallback/curves.js"],
    entryNames: "[name]",
    outdir: "out", // never written: only names the results
    write: false,
    bundle: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    minify: true,
    legalComments: "eof",
    banner: { js: "/*! Zhengyan ballot client, MIT licence. Source: peer_review/static_src, zhengyan_crypto/browser */" },
  });
  const files = new Map(outputFiles.map((file) => [file.path.split(/[\\/]/).pop(), Buffer.from(file.contents)]));
  const integrity = Object.fromEntries(
    [...files.keys()].sort().map((name) => [name, `sha384-${createHash("sha384").update(files.get(name)).digest("base64")}`]),
  );
  files.set("integrity.json", Buffer.from(`${JSON.stringify(integrity, null, 2)}\n`));
  return files;
}

async function committed() {
  const names = await readdir(target).catch(() => []);
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(target, name))])));
}

const esbuild = await load();
const files = await build(esbuild).catch((error) => {
  if (!error.errors) console.error(error.message); // esbuild has printed its own
  process.exit(1);
});
const before = await committed();

if (process.argv.includes("--check")) {
  const names = [...new Set([...files.keys(), ...before.keys()])].sort();
  const differing = names.filter((name) => !files.has(name) || !before.has(name) || !files.get(name).equals(before.get(name)));
  for (const name of differing) console.error(`differs: ${name}`);
  if (differing.length) {
    console.error("The committed scripts are not what their source builds. Run `node build.mjs` and commit the result.");
    process.exit(1);
  }
  console.log(`${files.size} files are exactly what their source builds.`);
} else {
  await mkdir(target, { recursive: true });
  for (const name of before.keys()) if (!files.has(name)) await rm(join(target, name));
  for (const [name, bytes] of files) await writeFile(join(target, name), bytes);
  for (const [name, bytes] of files) console.log(`${name} ${bytes.length} bytes`);
}
