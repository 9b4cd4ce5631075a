// Holds a build by the SDK to an image that it made now.
// Why: the SDK's build goes on when ESP-IDF's fails, to an older image that it finds, and ends as if all were well.

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";

const IMAGES = ["xs_esp32.elf", "xs_esp32.bin"];

/** What belongs to a build of an image in its folder. @param image of writeImage */
export function buildOf({ output, platform, name, chip }) {
  const project = join(output, "tmp", platform, "release", name, `xsProj-${chip}`);
  return {
    images: IMAGES.map((image) => join(project, "build", image)),
    copies: IMAGES.map((image) => join(output, "bin", platform, "release", name, image)),
  };
}

/** Prepares a build: no image of an older one is left. */
export function prepareBuild({ images, copies }) {
  for (const image of [...images, ...copies]) rmSync(image, { force: true });
}

/** Says in a sentence what a build has not done; undefined where it has done it all. */
export function failureOf({ images }) {
  const missing = images.filter((image) => !existsSync(image));
  return missing.length === 0 ? undefined : `ESP-IDF built no image, and said above why: there is no ${missing[0]}`;
}
