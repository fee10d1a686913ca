// Compiles the stylesheet and copies htmx as published; `--check` compares instead of writing.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "static");
const modules = join(here, "node_modules");
const versionOf = (name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;

function stylesheet() {
  const { css } = sass.compile(join(here, "scss", "zhengyan.scss"), {
    style: "compressed",
    sourceMap: false,
    charset: false,
    loadPaths: [modules],
    // Bootstrap 5.3 is written for the @import of older Sass; nothing of ours is deprecated.
    quietDeps: true,
    silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
  });
  return `${css.replace(/^\uFEFF/, "").trim()}\n`;
}

const bootstrap = versionOf("bootstrap");
const htmx = versionOf("htmx.org");
const script = readFileSync(join(modules, "htmx.org", "dist", "htmx.min.js"));
const outputs = new Map([
  ["css/zhengyan.css", Buffer.from(stylesheet())],
  ["vendor/htmx/htmx.min.js", script],
  ["vendor/htmx/LICENSE", readFileSync(join(modules, "htmx.org", "LICENSE"))],
  ["vendor/htmx/VERSION", Buffer.from(`htmx.org ${htmx}\nsha256 ${createHash("sha256").update(script).digest("hex")}\n`)],
  ["vendor/bootstrap/LICENSE", readFileSync(join(modules, "bootstrap", "LICENSE"))],
  ["vendor/bootstrap/VERSION", Buffer.from(`bootstrap ${bootstrap}, compiled into css/zhengyan.css\n`)],
]);

let stale = 0;
for (const [name, content] of outputs) {
  const path = join(target, name);
  if (process.argv.includes("--check")) {
    let present = Buffer.alloc(0);
    try {
      present = readFileSync(path);
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
    if (!present.equals(content)) {
      stale += 1;
      console.error(`${name} is not what its sources make: run npm run build in site/static_src`);
    }
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    console.log(`${name} ${content.length} bytes`);
  }
}
process.exitCode = stale ? 1 : 0;
