// Builds a lone lock as a board's image: one bundle preloaded into ROM by the SDK's own linker, on the SDK's own XS, for bare rv32.
// Why: on a board modules are no part of the heap, and the XS there is another than the one that tests run on; what a lock needs of
// memory is known only where both are so. Nothing of the SDK is copied: MODDABLE names where it stands, built for Linux.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { build, transform } from "esbuild";
import { compileAll, RV32, sodiumForRv32 } from "../xs/build.mjs";
import { ROOT } from "./bundle.mjs";
import { slim } from "./slim.mjs";

const run = promisify(execFile);
const FOLDER = join(ROOT, ".build/image");
/** Modules of their own: xsc makes host functions of those that are written so, and the others share an error's class with them. */
const ALONE = { "firmware/fault": "fault", "firmware/crypto/native": "native", "simulator/heap/natives": "natives" };
/** The SDK's for an ESP32-C3 (build/devices/esp32/targets/esp32c3/manifest.json): chunks, slots, stack, keys, parser, static. */
const CREATION = "1536,512,512,64,384,32,32,53,3,0,0,94208,main,0";
/** Parts of XS that no image links: the linker's defaults, a profiler, what only the desk's engine has. */
const NOT_LINKED = ["xsDefaults.c", "xsProfile.c", "xsLockdown.c", "xsum.c"];
const OURS = ["simulator/xs/rom.c", "simulator/xs/rommachine.c", "simulator/xs/block.c", "simulator/xs/rounding.c"];
const GLUE = ["simulator/heap/tape.c", "firmware/crypto/native.c", "firmware/crypto/sha1.c"];

/** Tells in one line why no image can be built here; undefined where it can. */
export function missingImage() {
  const folder = process.env.MODDABLE;
  if (!folder) return "the image is left out: MODDABLE names no SDK";
  const linker = join(folder, "build/bin/lin/release/xsl");
  return existsSync(linker) ? undefined : `the image is left out: ${linker} is not built`;
}

const alone = {
  name: "alone",
  setup(context) {
    context.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const name = ALONE[relative(ROOT, resolve(resolveDir, path)).replace(/\.ts$/, "")];
      return name === undefined ? undefined : { path: `./${name}`, external: true };
    });
  },
};

/** Writes the modules. @param player what plays the tape: `{file, name}` @returns their names */
async function writeModules(folder, { file, name }) {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { ${name} as default } from "./${file}";`,
      resolveDir: ROOT,
      loader: "ts",
    },
    ...{ bundle: true, write: false, format: "esm", target: "es2022", platform: "neutral" },
    plugins: [alone],
  });
  writeFileSync(join(folder, "main.js"), await slim(outputFiles[0].text));
  for (const [path, module] of Object.entries(ALONE)) {
    const source = readFileSync(join(ROOT, `${path}.ts`), "utf8");
    const { code } = await transform(source, { loader: "ts", target: "es2022" });
    writeFileSync(join(folder, `${module}.js`), code.replaceAll(/from "\.\.\/(?:\w+\/)*(\w+)\.ts"/g, 'from "./$1"'));
  }
  return ["main", ...Object.values(ALONE)];
}

/** Compiles the modules and links them into C. @returns its path */
async function linkModules(folder, player) {
  const tools = join(process.env.MODDABLE, "build/bin/lin/release");
  const names = await writeModules(folder, player);
  for (const name of names) {
    await run(join(tools, "xsc"), [join(folder, `${name}.js`), "-c", "-e", "-o", folder, "-r", name]);
  }
  const modules = names.map((name) => join(folder, `${name}.xsb`));
  const options = ["-b", folder, "-o", folder, "-p", "main", "-s", "*", "-c", CREATION];
  await run(join(tools, "xsl"), [...options, ...modules], { maxBuffer: 1 << 26 });
  return join(folder, "mc.xs.c");
}

/** Builds an image. @param player as for writeModules   @returns the path of its executable, for QEMU */
export async function buildImage(player) {
  const sdk = join(process.env.MODDABLE, "xs");
  mkdirSync(FOLDER, { recursive: true });
  const linked = await linkModules(FOLDER, player);
  const sodium = await sodiumForRv32();
  const includes = [FOLDER, join(ROOT, "simulator/xs"), join(ROOT, "simulator/heap")];
  includes.push(...["includes", "platforms", "sources"].map((name) => join(sdk, name)), ...sodium.includes);
  const define = ["-DINCLUDE_XSPLATFORM", '-DXSPLATFORM="rom.h"', "-DmxNoConsole=1", "-fno-common", "-w"];
  const flags = [...RV32.compile, ...define, ...includes.map((folder) => `-I${folder}`)];
  const engine = readdirSync(join(sdk, "sources"))
    .filter((name) => name.endsWith(".c") && !NOT_LINKED.includes(name))
    .map((name) => join(sdk, "sources", name));
  const ours = [...OURS, ...GLUE].map((name) => join(ROOT, name));
  const jobs = [...engine, linked, ...ours].map((source) => ({ source, flags }));
  jobs.push(...sodium.sources.map((source) => ({ source, flags: [...RV32.compile, ...sodium.flags] })));
  const objects = await compileAll(
    RV32.compiler,
    jobs.map((job, index) => ({ ...job, object: join(FOLDER, `${index}-${basename(job.source)}.o`) })),
  );
  const executable = join(FOLDER, "image");
  await run(RV32.compiler, ["-o", executable, ...objects, ...RV32.link]);
  return executable;
}
