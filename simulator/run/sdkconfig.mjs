// Composes the ESP-IDF configuration of each board's image from parts: every board, its radios, its chip, and whether it is sealed.
// Why: the SDK reads one folder for an image, and seven images share most lines; each line has one reason, in one place. What burns no
// eFuse is kept in the board's own folder, where the SDK finds it by itself; what seals is made only when asked for (configure.mjs).
// Pure: it is given what reads a part, so that a test can compare.

const RELEASE = "#: release\n";

const BOARDS = {
  lock: { chips: ["esp32", "esp32c3", "esp32s3"], parts: ["every", "radio", "ble", "sleep"] },
  keypad: { chips: ["esp32", "esp32c3", "esp32s3"], parts: ["every", "sleep"] },
  camera: { chips: ["esp32s3"], parts: ["every", "radio", "psram"] },
};

/** How an image may be sealed: so that it can be replaced by cable a few times, or for good. */
export const STAGES = ["development", "release"];

/** Each image that there is, as `{board, chip}`. */
export const IMAGES = Object.entries(BOARDS).flatMap(([board, { chips }]) => chips.map((chip) => ({ board, chip })));

function partsOf(board, chip, stage) {
  const seal = stage === undefined ? [] : ["seal", `seal-${stage}`];
  const hasTwoSlots = board === "keypad" || chip === "esp32s3";
  const rollback = stage !== undefined && hasTwoSlots ? ["seal-two-slots"] : [];
  return [...BOARDS[board].parts, chip, ...seal, ...rollback];
}

/** Gives what the SDK reads for an image: `defaults` for every build, `release` for what comes to it in a release build.
 *  @param read gives the text of a part by its name   @param image `{board, chip, stage}`; stage development or release: eFuses are
 *  burnt; left out: none are */
export function compose(read, { board, chip, stage }) {
  const texts = partsOf(board, chip, stage).map((part) => {
    const [always, release = ""] = read(part).split(RELEASE);
    return { part, always, release };
  });
  const joined = (kind) =>
    texts
      .filter((text) => text[kind].trim() !== "")
      .map((text) => `# ---- ${text.part}.conf\n${text[kind].trim()}\n`)
      .join("\n");
  const head = `# The ${board}'s image on ${chip}. Written by simulator/run/configure.mjs from firmware/io/sdkconfig/: change it there.\n\n`;
  return { defaults: head + joined("always"), release: head + joined("release") };
}

/** Where an image's configuration stands: in the board's folder, or under .build/ where it seals. */
export function folderOf({ board, chip, stage }) {
  return stage === undefined ? `${board}/sdkconfig/${chip}` : `.build/sdkconfig/${board}-${chip}-${stage}`;
}
