// Writes the ESP-IDF configuration of images. `node simulator/run/configure.mjs` writes the folders of all boards, which burn no eFuse;
// `node simulator/run/configure.mjs BOARD CHIP[-sleep] development|release` writes one that seals under .build/, and prints its path: the SDK takes
// it where SDKCONFIGPATH names it. docs/hardware.md says what must be done before, and that it is for good.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bundle.mjs";
import { compose, folderOf, IMAGES, STAGES, variantOf } from "./sdkconfig.mjs";

const read = (part) => readFileSync(join(ROOT, "firmware/io/sdkconfig", `${part}.conf`), "utf8");

function write(image) {
  const folder = join(ROOT, folderOf(image));
  const { defaults, release } = compose(read, image);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "sdkconfig.defaults"), defaults);
  writeFileSync(join(folder, "sdkconfig.defaults.release"), release);
  return folder;
}

const [board, variant, stage, ...rest] = process.argv.slice(2);
const image = IMAGES.find((each) => each.board === board && variantOf(each) === variant);
if (board === undefined) {
  for (const each of IMAGES) write(each);
} else if (image !== undefined && STAGES.includes(stage) && rest.length === 0) {
  console.log(write({ ...image, stage }));
} else {
  console.error("usage: configure.mjs [BOARD CHIP[-sleep] development|release]");
  process.exitCode = 64;
}
