// A hall for tests: the camera of `npm start` with its real JPEG files, the real lock on a desk, and an owner's session over a socket.
// Why: time is handed on by the test, and a picture is waited for before it goes on, so that nothing hangs on this computer's pace.

import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, fromBase64url } from "../../firmware/bytes.ts";
import { KIND_CONFIGURE, KIND_ENROL } from "../../firmware/grant/body.ts";
import { parseSetup } from "../../firmware/link/label.ts";
import { createStreamReader, encodeStream } from "../../firmware/link/stream.ts";
import type { ViewerAnswer } from "../../firmware/link/viewer.ts";
import { millis, seconds } from "../../firmware/platform.ts";
import { SETTING_CAMERA_MODE } from "../../firmware/policy/configuration.ts";
import { ROLE_CAMERA } from "../../firmware/role.ts";
import { systemRandom } from "../../owner/random.ts";
import { type Asked, type Picture, ViewerLink } from "../../owner/viewer.ts";
import { Desk } from "../desk.ts";
import { HallCamera } from "../hallcam.node.ts";
import { World } from "../world.ts";

const FRAME_MILLIS = 100;
const RIGHTS = 7;
/** X25519, 32 bytes: whoever looks, and for whom films are sealed. */
export const OWNER_SECRET = new Uint8Array(32).fill(9);

const folders: string[] = [];

/** Removes all that `newFolder` made. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

/** Makes a folder for a house. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-hall-"));
  folders.push(folder);
  return folder;
}

/** A lock with an owner, and the camera in its hall; `said` is what the terminal would show. */
export class Scene {
  readonly said: string[] = [];
  readonly desk = new Desk({ crypto });
  readonly hall: HallCamera;
  readonly #world = new World(crypto, { seed: 1, start: seconds(1_790_000_000) });

  constructor(directory: string) {
    const { desk } = this;
    const world = this.#world;
    const run = (act: () => void) => {
      world.advance(millis(desk.elapsed));
      act();
    };
    this.hall = new HallCamera(crypto, world, { directory, say: (what) => void this.said.push(what), run });
    const { air } = this.hall;
    air.plug("inside", { received: (frame) => desk.carryCamera(frame) });
    desk.onCameraWire = (frame) => air.inside.send(frame);
    desk.place({
      get dueAt() {
        return world.nextEvent ?? Number.POSITIVE_INFINITY;
      },
      tick: () => world.advance(millis(desk.elapsed)),
    });
    this.hall.powerOn();
  }

  /** Lets time pass, picture by picture. */
  async pass(duration: number): Promise<void> {
    for (let passed = 0; passed < duration; passed += FRAME_MILLIS) {
      this.desk.passMillis(FRAME_MILLIS);
      await this.hall.picture;
    }
  }

  enrol(): void {
    const { hall, desk } = this;
    desk.adopt();
    const setup = parseSetup(fromBase64url(hall.label.setup));
    assert.is(desk.stateInside({ kind: KIND_ENROL, board: { role: ROLE_CAMERA, ...setup } }), "yes");
    desk.passTime(45);
  }

  setMode(value: number): void {
    const settings = [{ key: SETTING_CAMERA_MODE, value }];
    assert.is(this.desk.state({ kind: KIND_CONFIGURE, settings }), "yes");
  }
}

/** An owner's session with the camera, over a socket. `close()` ends it. */
export class Viewer {
  readonly pictures: Picture[] = [];
  readonly #scene: Scene;
  readonly #link: ViewerLink;
  readonly #socket;
  readonly #answers: ViewerAnswer[] = [];
  #wake: () => void = () => {};

  constructor(scene: Scene, port: number) {
    const { desk } = scene;
    this.#scene = scene;
    const viewer = { secret: OWNER_SECRET, publicKey: crypto.agreementPublicKey(OWNER_SECRET) };
    const caller = desk.ownerSession();
    const given = caller.ask({ kind: "ticket", viewerKey: viewer.publicKey, rights: RIGHTS });
    if (given?.kind !== "ticket") throw new Error("the lock gives no ticket");
    caller.leave();
    const { ticket, agreementKey: cameraKey } = given;
    this.#link = new ViewerLink({ crypto, random: systemRandom(), lockId: desk.lockId, viewer, ticket, cameraKey });
    this.#socket = connect({ host: "127.0.0.1", port });
    const stream = createStreamReader();
    this.#socket.on("data", (chunk: Buffer) => {
      stream.push(chunk);
      for (let frame = stream.next(); frame !== undefined; frame = stream.next()) this.#take(frame);
      this.#wake();
    });
  }

  async begin(): Promise<this> {
    // The ticket goes to the camera over the radio.
    this.#scene.desk.passMillis(50);
    this.#socket.write(encodeStream(this.#link.start()));
    await this.#until(() => this.#link.isUp);
    return this;
  }

  async ask(asked: Asked): Promise<ViewerAnswer> {
    const sent = this.#link.ask(asked);
    assert.ok(sent);
    this.#socket.write(encodeStream(sent.frame));
    await this.#until(() => this.#answers.some(({ id }) => id === sent.id));
    return this.#answers.find(({ id }) => id === sent.id) as ViewerAnswer;
  }

  /** Says that it is there, and waits for a picture that was taken after that. */
  async look(): Promise<Picture> {
    const ping = this.#link.ping(millis(this.#scene.desk.elapsed));
    assert.ok(ping);
    this.#socket.write(encodeStream(ping));
    const { length } = this.pictures;
    while (this.pictures.length === length) {
      await this.#scene.pass(FRAME_MILLIS);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.pictures[length] as Picture;
  }

  close(): void {
    this.#link.close();
    this.#socket.destroy();
  }

  #take(frame: Bytes): void {
    const event = this.#link.received(frame, millis(this.#scene.desk.elapsed));
    if (event.kind === "answer") this.#answers.push(event.answer);
    if (event.kind === "picture") this.pictures.push(event.picture);
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
