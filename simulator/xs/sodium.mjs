// Finds libsodium for the XS host: the system's on the desk, Debian's source package compiled for rv32imc.
// Why: no distribution has a libsodium for a bare rv32; its plain C needs no configuring there.

import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const FLAGS = [
  ...["-DCONFIGURED=1", "-DNATIVE_LITTLE_ENDIAN=1", "-DRANDOMBYTES_CUSTOM_IMPLEMENTATION", "-w"],
  "-DRANDOMBYTES_DEFAULT_IMPLEMENTATION=NULL",
];

/** Tells whether libsodium's sources are at hand or can be had: `missing` is one line where not. */
export function sodiumSources(cache) {
  if (existsSync(join(cache, "sodium"))) return { missing: undefined };
  try {
    execFileSync("apt-get", ["--version"], { stdio: "ignore" });
    execFileSync("dpkg-source", ["--version"], { stdio: "ignore" });
    return { missing: undefined };
  } catch {
    return { missing: "rv32 is left out: libsodium's sources come from apt-get, on Debian or Ubuntu with dpkg-dev" };
  }
}

/** Fetches the source package with apt, from the archive that this machine already uses and without changing its lists. */
async function fetchSources(scratch) {
  const parts = join(scratch, "parts");
  const lists = join(scratch, "lists");
  mkdirSync(parts);
  mkdirSync(join(lists, "partial"), { recursive: true });
  const listed = "/etc/apt/sources.list.d";
  const files = existsSync(listed) ? readdirSync(listed).map((name) => join(listed, name)) : [];
  for (const file of [...files, "/etc/apt/sources.list"].filter(existsSync)) {
    const text = readFileSync(file, "utf8");
    const name = file.split("/").at(-1);
    if (name.endsWith(".sources")) writeFileSync(join(parts, name), text.replaceAll(/^Types:.*$/gm, "Types: deb-src"));
    else if (name.endsWith(".list")) writeFileSync(join(parts, name), text.replaceAll(/^deb\s/gm, "deb-src "));
  }
  const options = ["Dir::Etc::sourcelist=/dev/null", `Dir::Etc::sourceparts=${parts}`, `Dir::State::Lists=${lists}`];
  const apt = options.flatMap((option) => ["-o", option]);
  await run("apt-get", [...apt, "update"], { cwd: scratch });
  await run("apt-get", [...apt, "source", "--download-only", "libsodium"], { cwd: scratch });
  // dpkg-source checks the archives against the hashes in the .dsc, which apt checked against the signed lists.
  const description = readdirSync(scratch).find((name) => name.endsWith(".dsc"));
  await run("dpkg-source", ["--no-check", "-x", description, "tree"], { cwd: scratch });
  const folder = join(scratch, "tree/src/libsodium");
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
