// What an owner has told the camera, kept in its constants: for whom clips are sealed, what the scene looks like in order, and what
// the password of the house's own machines is checked by.
// Why: without the first nothing is recorded and without the second nothing is proven, so they must outlive the power; and they
// are the owner's, so a camera that forgets its lock forgets them too.
// Follows docs/protocol.md §9.

import type { Bytes } from "../firmware/bytes.ts";
import { HASH_BYTES, KEY_BYTES } from "../firmware/crypto/crypto.ts";
import { RECIPIENTS_MAX } from "../firmware/evidence/manifest.ts";
import { assert } from "../firmware/fault.ts";
import type { Constants } from "../firmware/platform.ts";
import { meanOf } from "./features.ts";
import { LUMA_BYTES } from "./luma.ts";
import { APPROVED_MAX, type Approved } from "./scene.ts";

const RECIPIENTS = "recipients";
const STREAM = "stream";
const SCENE_HEAD_BYTES = 5;
const INFRARED = 1;
/** Two pictures are of one light where the brighter has less than this percentage of the other's mean. */
const SAME_LIGHT_PERCENT = 140;

/** The settings. Reading is total: what was damaged is as if it was never set. */
export class Settings {
  readonly #constants: Constants;
  #recipients: readonly Bytes[];
  #scenes: readonly (Approved | undefined)[];
  #streamSecret: Bytes | undefined;

  constructor(constants: Constants) {
    this.#constants = constants;
    this.#recipients = readRecipients(constants.read(RECIPIENTS));
    this.#scenes = Array.from({ length: APPROVED_MAX }, (_, place) => readScene(constants.read(nameOf(place))));
    const secret = constants.read(STREAM);
    this.#streamSecret = secret?.length === HASH_BYTES ? secret : undefined;
  }

  /** X25519, 32 bytes each, at most 8; none: nothing is recorded. */
  get recipients(): readonly Bytes[] {
    return this.#recipients;
  }

  /** At most APPROVED_MAX. */
  get scenes(): readonly Approved[] {
    return this.#scenes.filter((scene) => scene !== undefined);
  }

  /** `secretOf` the password of the house's own machines, 32 bytes; undefined: they have nothing. */
  get streamSecret(): Bytes | undefined {
    return this.#streamSecret;
  }

  /** Sets the password of the house's own machines, or takes it away. @param secret 32 bytes @throws Fault flash.io; nothing changes */
  setStreamSecret(secret: Bytes | undefined): void {
    assert(secret === undefined || secret.length === HASH_BYTES, "a secret is a hash");
    if (secret === undefined) this.#constants.erase(STREAM);
    else this.#constants.write(STREAM, secret);
    this.#streamSecret = secret;
  }

  /** Sets for whom clips are sealed from the next one on. @param recipients 1..8 of 32 bytes @throws Fault flash.io; nothing changes */
  setRecipients(recipients: readonly Uint8Array[]): void {
    assert(recipients.length >= 1 && recipients.length <= RECIPIENTS_MAX, "a clip has 1..8 recipients");
    const bytes = new Uint8Array(recipients.length * KEY_BYTES);
    for (const [index, recipient] of recipients.entries()) bytes.set(recipient, index * KEY_BYTES);
    this.#constants.write(RECIPIENTS, bytes);
    this.#recipients = readRecipients(bytes);
  }

  /** Keeps a scene in the place of the one of its light: one infrared, and three by brightness.
   *  @throws Fault flash.io; nothing changes */
  approve(scene: Approved): void {
    const place = this.#placeOf(scene);
    const bytes = new Uint8Array(SCENE_HEAD_BYTES + LUMA_BYTES);
    new DataView(bytes.buffer).setUint32(0, scene.fileBytes);
    bytes[SCENE_HEAD_BYTES - 1] = scene.isInfrared ? INFRARED : 0;
    bytes.set(scene.luma, SCENE_HEAD_BYTES);
    this.#constants.write(nameOf(place), bytes);
    this.#scenes = this.#scenes.map((each, index) => (index === place ? readScene(bytes) : each));
  }

  /** Forgets all. @throws Fault flash.io; some may be forgotten then */
  forget(): void {
    this.setStreamSecret(undefined);
    this.#constants.erase(RECIPIENTS);
    for (let place = 0; place < APPROVED_MAX; place++) this.#constants.erase(nameOf(place));
    this.#recipients = [];
    this.#scenes = this.#scenes.map(() => undefined);
  }

  /** The last place is for infrared; of the others the one of the same brightness, a free one, or the nearest. */
  #placeOf(scene: Approved): number {
    const last = APPROVED_MAX - 1;
    if (scene.isInfrared) return last;
    const own = brightnessOf(scene);
    let [best, ratio] = [0, Number.POSITIVE_INFINITY];
    let free: number | undefined;
    for (let place = last - 1; place >= 0; place--) {
      const other = this.#scenes[place];
      if (other === undefined) {
        free = place;
        continue;
      }
      const brightness = brightnessOf(other);
      const own100 = (100 * Math.max(own, brightness)) / Math.min(own, brightness);
      if (own100 < ratio) [best, ratio] = [place, own100];
    }
    return ratio < SAME_LIGHT_PERCENT || free === undefined ? best : free;
  }
}

/** How bright a scene is; never 0, since others are measured by it. */
function brightnessOf({ luma }: Approved): number {
  return Math.max(1, meanOf(luma));
}

function nameOf(place: number): string {
  return `scene${place}`;
}

function readRecipients(bytes: Bytes | undefined): readonly Bytes[] {
  if (bytes === undefined || bytes.length % KEY_BYTES !== 0 || bytes.length > RECIPIENTS_MAX * KEY_BYTES) return [];
  return Array.from({ length: bytes.length / KEY_BYTES }, (_, index) =>
    bytes.slice(index * KEY_BYTES, (index + 1) * KEY_BYTES),
  );
}

function readScene(bytes: Bytes | undefined): Approved | undefined {
  if (bytes === undefined || bytes.length !== SCENE_HEAD_BYTES + LUMA_BYTES) return undefined;
  return {
    luma: bytes.slice(SCENE_HEAD_BYTES),
    fileBytes: new DataView(bytes.buffer, bytes.byteOffset).getUint32(0),
    isInfrared: bytes[SCENE_HEAD_BYTES - 1] === INFRARED,
  };
}
