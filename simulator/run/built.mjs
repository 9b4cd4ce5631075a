// Holds a build by the SDK to what it was asked for: each component of the registry, and an image that it made now.
// Why: the SDK asks for the components by one process each, all at once, over one file, so that one may undo another's line; and its build
// goes on when ESP-IDF's fails, to an older image that it finds. Both end as if all were well.

import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const IMAGES = ["xs_esp32.elf", "xs_esp32.bin"];
const BOOTLOADERS = ["bootloader.elf", "bootloader.bin"];

/** Gives what a makefile of the SDK asks the registry for. @returns rows of `{name, version}` */
function dependenciesOf(makefile) {
  return [...makefile.matchAll(/idf\.py add-dependency "([\w./-]+)([^"]*)"/g)].map(([, name, version]) => ({
    name,
    version: version === "" ? "*" : version,
  }));
}

/** The line of a component, as ESP-IDF's component manager reads it. */
const lineOf = ({ name, version }) => `  ${name}: "${version}"`;

/** What belongs to a build of an image in its folder. @param image of writeImage */
export function buildOf({ output, platform, name, chip }) {
  const folder = join(output, "tmp", platform, "release", name);
  const project = join(folder, `xsProj-${chip}`);
  return {
    folder,
    makefile: join(folder, "makefile"),
    components: join(project, "main/idf_component.yml"),
    table: join(project, "partitions.csv"),
    images: [
      ...IMAGES.map((image) => join(project, "build", image)),
      ...BOOTLOADERS.map((image) => join(project, "build/bootloader", image)),
    ],
    copies: [...IMAGES, "bootloader.bin"].map((image) => join(output, "bin", platform, "release", name, image)),
  };
}

/** Prepares a build whose makefile is there: all components are asked for at once, and no image of an older one is left.
 *  @returns whether the makefile is still there: what was built with other components goes as a whole */
export function prepareBuild({ folder, makefile, components, images, copies }) {
  const lines = dependenciesOf(readFileSync(makefile, "utf8")).map(lineOf);
  const text = ["# Written by npm run flash, from what the manifests name.", "dependencies:", ...lines, ""].join("\n");
  const isOther = existsSync(components) && readFileSync(components, "utf8") !== text;
  if (isOther) rmSync(folder, { recursive: true });
  for (const image of [...images, ...copies]) rmSync(image, { force: true });
  mkdirSync(dirname(components), { recursive: true });
  writeFileSync(components, text);
  return !isOther;
}

/** The bytes of the smallest place for an image in a table of partitions. */
function placeOf(table) {
  const rows = readFileSync(table, "utf8").split("\n");
  const cells = rows.map((row) => row.split(",").map((cell) => cell.trim()));
  return Math.min(...cells.filter(([, type]) => type === "app").map(([, , , , size]) => Number(size)));
}

/** Says in a sentence what a build has not done; undefined where it has done it all. */
export function failureOf({ makefile, components, images, table }) {
  const said = readFileSync(components, "utf8").split("\n");
  const lost = dependenciesOf(readFileSync(makefile, "utf8")).filter((each) => !said.includes(lineOf(each)));
  if (lost.length > 0) return `${components} asks for no ${lost.map(({ name }) => name).join(", ")}`;
  const missing = images.filter((image) => !existsSync(image));
  if (missing.length > 0) return `ESP-IDF built no image, and said above why: there is no ${missing[0]}`;
  const [bytes, most] = [statSync(images[1]).size, placeOf(table)];
  if (bytes <= most) return undefined;
  return `the image has ${bytes.toLocaleString("en")} bytes, its place in the flash ${most.toLocaleString("en")}`;
}
