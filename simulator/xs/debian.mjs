// Fetches a source package of Debian's, as the archive that this machine already uses has it.
// Why: what no distribution has ready for a bare chip, or with a chip's options, is compiled here from its sources.
// Nothing of the machine is changed: apt's lists are made anew in a folder of ours.

import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Whether source packages can be had here. */
export function hasDebianSources() {
  try {
    execFileSync("apt-get", ["--version"], { stdio: "ignore" });
    execFileSync("dpkg-source", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Fetches and unpacks one into a folder.
 *  @param scratch an empty folder   @param name of the source package   @returns the path of its tree   @throws Error where it cannot be had */
export async function fetchDebianSources(scratch, name) {
  const parts = join(scratch, "parts");
  const lists = join(scratch, "lists");
  mkdirSync(parts);
  mkdirSync(join(lists, "partial"), { recursive: true });
  const listed = "/etc/apt/sources.list.d";
  const files = existsSync(listed) ? readdirSync(listed).map((each) => join(listed, each)) : [];
  for (const file of [...files, "/etc/apt/sources.list"].filter(existsSync)) {
    const text = readFileSync(file, "utf8");
    const part = file.split("/").at(-1);
    if (part.endsWith(".sources")) writeFileSync(join(parts, part), text.replaceAll(/^Types:.*$/gm, "Types: deb-src"));
    else if (part.endsWith(".list")) writeFileSync(join(parts, part), text.replaceAll(/^deb\s/gm, "deb-src "));
  }
  const options = ["Dir::Etc::sourcelist=/dev/null", `Dir::Etc::sourceparts=${parts}`, `Dir::State::Lists=${lists}`];
  const apt = options.flatMap((option) => ["-o", option]);
  await run("apt-get", [...apt, "update"], { cwd: scratch });
  await run("apt-get", [...apt, "source", "--download-only", name], { cwd: scratch });
  // dpkg-source checks the archives against the hashes in the .dsc, which apt checked against the signed lists.
  const description = readdirSync(scratch).find((each) => each.endsWith(".dsc"));
  await run("dpkg-source", ["--no-check", "-x", description, "tree"], { cwd: scratch });
  return join(scratch, "tree");
}
