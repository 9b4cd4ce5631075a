// Composes the ESP-IDF configuration of each board's image from parts: every board, its radios, its chip, whether it sleeps, and whether it
// is sealed.
// Why: the SDK reads one folder for an image, and eleven images share most lines; each line has one reason, in one place. What burns no
// eFuse is kept in the board's own folder, where the SDK finds it by itself; what seals is made only when asked for (configure.mjs).
// Pure: it is given what reads a part, so that a test can compare.

const RELEASE = "#: release\n";

/** The chips on which a board may sleep. A lock's time goes on by a crystal meanwhile, for which only the wiring of an ESP32-S3 has two
 *  pins left (docs/hardware.md, "Light sleep"); a camera runs from USB. */
export const SLEEPERS = { lock: ["esp32s3"], keypad: ["esp32", "esp32c3", "esp32s3"] };

const BOARDS = {
  lock: {
    chips: ["esp32", "esp32c3", "esp32s3"],
    sleepers: SLEEPERS.lock,
    parts: ["every", "radio", "ble"],
    awake: ["ble-awake"],
    asleep: ["ble-asleep", "sleep"],
  },
  keypad: {
    chips: ["esp32", "esp32c3", "esp32s3"],
    sleepers: SLEEPERS.keypad,
    parts: ["every"],
    awake: [],
    asleep: ["sleep"],
  },
  camera: { chips: ["esp32s3"], sleepers: [], parts: ["every", "radio", "psram"], awake: [], asleep: [] },
};

/** How an image may be sealed: so that it can be replaced by cable a few times, or for good. */
export const STAGES = ["development", "release"];

/** Each image that there is, as `{board, chip, sleeps}`. */
export const IMAGES = Object.entries(BOARDS).flatMap(([board, { chips, sleepers }]) => [
  ...chips.map((chip) => ({ board, chip, sleeps: false })),
  ...sleepers.map((chip) => ({ board, chip, sleeps: true })),
]);

function partsOf({ board, chip, sleeps, stage }) {
  const seal = stage === undefined ? [] : ["seal", `seal-${stage}`];
  const hasTwoSlots = board === "keypad" || chip === "esp32s3";
  const rollback = stage !== undefined && hasTwoSlots ? ["seal-two-slots"] : [];
  const { parts, awake, asleep } = BOARDS[board];
  return [...parts, ...(sleeps ? asleep : awake), chip, ...seal, ...rollback];
}

/** Gives what the SDK reads for an image: `defaults` for every build, `release` for what comes to it in a release build.
 *  @param read gives the text of a part by its name   @param image `{board, chip, sleeps, stage}`; stage development or release: eFuses are
 *  burnt; left out: none are */
export function compose(read, image) {
  const { board, chip, sleeps } = image;
  const texts = partsOf(image).map((part) => {
    const [always, release = ""] = read(part).split(RELEASE);
    return { part, always, release };
  });
  const joined = (kind) =>
    texts
      .filter((text) => text[kind].trim() !== "")
      .map((text) => `# ---- ${text.part}.conf\n${text[kind].trim()}\n`)
      .join("\n");
  const head = `# The ${board}'s image on ${chip}${sleeps ? ", which sleeps" : ""}. Written by simulator/run/configure.mjs from firmware/io/sdkconfig/: change it there.\n\n`;
  return { defaults: head + joined("always"), release: head + joined("release") };
}

/** What an image's chip is called where some of its images sleep. */
export function variantOf({ chip, sleeps }) {
  return sleeps ? `${chip}-sleep` : chip;
}

/** Where an image's configuration stands: in the board's folder, or under .build/ where it seals. */
export function folderOf(image) {
  const { board, stage } = image;
  const variant = variantOf(image);
  return stage === undefined ? `${board}/sdkconfig/${variant}` : `.build/sdkconfig/${board}-${variant}-${stage}`;
}
