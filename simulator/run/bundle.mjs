// Bundles TypeScript into one module that an engine can run.
// Why: Node 20 and XS both run plain ES2022 modules only, and a planted bug is a rewrite of the source on this way.

import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

// What xsc compiles to a host function without any cost of its own; the same is done here, so that costs compare.
const NATIVE_FUNCTION = /^function (\w+)\([^)]*\)[^{]*\{\s*return native\("(\w+)"\)\.call\([\w, ]+\);\s*\}$/gm;

// Under frozen built-ins `this.name =` throws in a subclass of Error, on a board as well: firmware must not do it, and
// uvu's own error must not hide what it is about to say.
const UVU_ASSERT = {
  find: "this.name = 'Assertion';",
  replace: "Object.defineProperty(this, 'name', { value: 'Assertion' });",
};

let withNatives;

/** The files that have a function in C, as paths from the root. */
function filesWithNatives() {
  withNatives ??= ["firmware", "lock", "keypad", "camera", "simulator"]
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true }).map((path) => join(folder, path)))
    .filter((path) => path.endsWith(".ts") && readFileSync(join(ROOT, path), "utf8").includes("return native("));
  return withNatives;
}

function rewriteSource(contents, file, rewrites, used) {
  let rewritten = contents;
  for (const rewrite of rewrites.filter((each) => each.file === file)) {
    if (rewritten.split(rewrite.find).length !== 2) throw new Error(`${file}: not exactly one "${rewrite.find}"`);
    rewritten = rewritten.replace(rewrite.find, () => rewrite.replace);
    used.add(rewrite);
  }
  return rewritten;
}

/** A plugin that replaces text in source files; it throws where the text to replace is not there exactly once. */
function rewritePlugin({ rewrites, used, isXs }) {
  return {
    name: "rewrite",
    setup(context) {
      // Each file that the filter lets through costs esbuild a question, which takes longer than to read it.
      const files = [...rewrites.map(({ file }) => file), ...(isXs ? filesWithNatives() : [])];
      const filter = new RegExp(`/(${files.map((file) => file.replaceAll(".", "\\.")).join("|")})$`);
      context.onLoad({ filter }, async ({ path }) => {
        const file = relative(ROOT, path);
        const original = await readFile(path, "utf8");
        let contents = rewriteSource(original, file, rewrites, used);
        if (isXs) contents = contents.replaceAll(NATIVE_FUNCTION, 'const $1 = native("$2");');
        return contents === original ? undefined : { contents, loader: "ts" };
      });
      if (!isXs) return;
      context.onLoad({ filter: /uvu[\\/]assert[\\/]index\.mjs$/ }, async ({ path }) => {
        const original = await readFile(path, "utf8");
        return { contents: original.replace(UVU_ASSERT.find, UVU_ASSERT.replace), loader: "js" };
      });
    },
  };
}

/** A plugin that leaves the project's own .mjs files where they are: they find the project by where they stand. */
const LAUNCHERS = {
  name: "launchers",
  setup(context) {
    context.onResolve({ filter: /^\.\.?\/.*\.mjs$/ }, ({ path, resolveDir }) => ({
      path: pathToFileURL(resolve(resolveDir, path)).href,
      external: true,
    }));
  },
};

/** Bundles for an engine.
 *  @param entry a path from the project's root, or `{contents, resolveDir}` made on the spot
 *  @param engine "node", "xs" (rv32 too), "portable": XS with the primitives in JavaScript, or "board": for the SDK's own compiler
 *  @param rewrites rows of `{file, find, replace}`, each of which must be found exactly once; hasMap: a source map, inline;
 *  external: modules that stay imports
 *  @returns the text of the bundle
 *  @throws Error where a rewrite was not used, or esbuild finds an error */
export async function bundle(entry, options = {}) {
  const { engine = "node", rewrites = [], define = {}, hasMap = false, external = [] } = options;
  const used = new Set();
  const source =
    typeof entry === "string"
      ? { entryPoints: [resolve(ROOT, entry)] }
      : {
          stdin: {
            contents: entry.contents,
            resolveDir: entry.resolveDir ?? ROOT,
            sourcefile: "entry.ts",
            loader: "ts",
          },
        };
  const isXs = engine === "xs" || engine === "portable";
  const isNode = engine === "node";
  const result = await build({
    ...source,
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: isNode ? "node" : "browser",
    conditions: isNode ? [] : [engine],
    packages: isNode ? "external" : "bundle",
    external,
    sourcemap: hasMap ? "inline" : false,
    sourceRoot: `${ROOT}/`,
    logLevel: "silent",
    define,
    plugins: [
      ...(isNode ? [LAUNCHERS] : []),
      ...(isXs || rewrites.length > 0 ? [rewritePlugin({ rewrites, used, isXs })] : []),
    ],
  });
  for (const rewrite of rewrites) {
    if (!used.has(rewrite)) throw new Error(`${rewrite.file}: rewritten, but not part of the bundle`);
  }
  return result.outputFiles[0].text;
}
