// Finds libsodium for the XS host: the system's on the desk, Debian's source package compiled for rv32imc.
// Why: no distribution has a libsodium for a bare rv32; its plain C needs no configuring there.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchDebianSources, hasDebianSources } from "./debian.mjs";

const FLAGS = [
  ...["-DCONFIGURED=1", "-DNATIVE_LITTLE_ENDIAN=1", "-DRANDOMBYTES_CUSTOM_IMPLEMENTATION", "-w"],
  "-DRANDOMBYTES_DEFAULT_IMPLEMENTATION=NULL",
];

/** Tells whether libsodium's sources are at hand or can be had: `missing` is one line where not. */
export function sodiumSources(cache) {
  if (existsSync(join(cache, "sodium"))) return { missing: undefined };
  return hasDebianSources()
    ? { missing: undefined }
    : { missing: "rv32 is left out: libsodium's sources come from apt-get, on Debian or Ubuntu with dpkg-dev" };
}

async function fetchSources(scratch) {
  const folder = join(await fetchDebianSources(scratch, "libsodium"), "src/libsodium");
  writeVersion(join(folder, "include"));
  return folder;
}

/** libsodium's own configure would fill these in. */
function writeVersion(include) {
  const template = readFileSync(join(include, "sodium/version.h.in"), "utf8");
  const values = { VERSION: "0", SODIUM_LIBRARY_VERSION_MAJOR: "0", SODIUM_LIBRARY_VERSION_MINOR: "0" };
  const filled = template.replaceAll(/@(\w+)@/g, (_, name) => values[name] ?? "");
  writeFileSync(join(include, "sodium/version.h"), filled);
}

/** Gives libsodium's part of a build: include folders, files to compile with their flags, words for the linker. */
export async function sodiumFor(engine, { cache, once }) {
  if (engine === "xs") return { includes: [], sources: [], flags: [], link: ["-lsodium"] };
  const folder = await once(join(cache, "sodium"), fetchSources);
  const include = join(folder, "include");
  return {
    includes: [include],
    sources: readdirSync(folder, { recursive: true })
      .filter((name) => name.endsWith(".c"))
      .map((name) => join(folder, name)),
    flags: [...FLAGS, `-I${include}`, `-I${join(include, "sodium")}`],
    link: [],
  };
}
