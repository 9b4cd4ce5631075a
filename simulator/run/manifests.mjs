// Holds a board's manifest to its program: each host function that the program names is in a C file that the manifest names.
// Why: the SDK's linker takes a program that names a function which nobody defines, and ESP-IDF's would say so an hour later.
// Pure, like layers.mjs: it is given the files and answers with a list of faults.

import { posix } from "node:path";
import { importsOf } from "./source.mjs";

// Modules that no board has.
const DESK_ONLY = ["entry", "node", "portable"].map((name) => `firmware/crypto/${name}.ts`);

/** Every text in a part of a manifest. */
function texts(value) {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}

/** The C files of a manifest and of those that it includes, as far as they are the project's own. */
function glueOf(path, manifests) {
  const text = manifests.get(path);
  if (text === undefined) return [];
  const { include, modules } = JSON.parse(text);
  const own = (name) => posix.normalize(posix.join(posix.dirname(path), name));
  const local = (value) => texts(value).filter((name) => !name.startsWith("$"));
  const here = local(modules)
    .filter((name) => name.endsWith(".c"))
    .map(own);
  return [...here, ...local(include).flatMap((name) => glueOf(own(name), manifests))];
}

/** The modules that a program is made of, by their imports; types count as well. */
function closureOf(entry, sources) {
  const found = new Set();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path) || !sources.has(path)) continue;
    found.add(path);
    for (const { target } of importsOf(sources.get(path))) {
      if (target.startsWith(".")) waiting.push(posix.normalize(posix.join(posix.dirname(path), target)));
    }
  }
  return [...found];
}

/** Faults of a board's manifest.
 *  @param board the name of its folder   @param manifests a Map from paths to texts
 *  @param files rows of `{path, source}`, TypeScript and C */
export function boardFaults(board, manifests, files) {
  const sources = new Map(files.map(({ path, source }) => [path, source]));
  const manifest = `${board}/manifest.json`;
  const glue = glueOf(manifest, manifests);
  const faults = glue
    .filter((path) => !sources.has(path))
    .map((path) => `${manifest}:1: names ${path}, which is not there`);
  const defined = new Set(
    glue.flatMap((path) =>
      [...(sources.get(path) ?? "").matchAll(/^void (xs_\w+)\(xsMachine \*the\)/gm)].map(([, name]) => name),
    ),
  );
  for (const path of closureOf(`${board}/main.ts`, sources)) {
    if (DESK_ONLY.includes(path)) faults.push(`${manifest}:1: ${board} imports ${path}, which no board can run`);
    for (const [, name] of sources.get(path).matchAll(/\bnative\("(xs_\w+)"\)\.call/g)) {
      if (!defined.has(name)) faults.push(`${manifest}:1: names no C file that defines ${name} (${path})`);
    }
  }
  return faults;
}
