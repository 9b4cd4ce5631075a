// Goal: a hostile camera fills neither the memory nor the disk of whoever looks, and its answers are those to what was asked.
// Method: a session whose camera is a table of answers, and films whose notes say other sizes than what comes.

import { EventEmitter } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { CAMERA } from "../../camera/test/film.ts";
import type { Bytes } from "../../firmware/bytes.ts";
import { encodeManifest } from "../../firmware/evidence/manifest.ts";
import { createStreamReader, encodeStream } from "../../firmware/link/stream.ts";
import { READ_BYTES_MAX, type ViewerAnswer } from "../../firmware/link/viewer.ts";
import { fetchClip } from "../clip/card.ts";
import { Failure } from "../failure.ts";
import { Line } from "../line.ts";
import { Looking } from "../looking.ts";
import type { ViewerEvent } from "../viewer.ts";
import { Desk } from "./stage.node.ts";

const LOCK_ID = "AAAAAAAAAAA";
const CLIP = new Uint8Array(16).fill(0xc1);
const FRAME = new Uint8Array(32);
const WAIT_MILLIS = 300;

/** A session with a camera that answers what it is told to, each frame one answer. */
function sessionOf(answers: ViewerAnswer[]) {
  const socket = Object.assign(new EventEmitter(), {
    ...{ write: () => true, end: () => undefined, unref: () => undefined, destroy: () => socket.emit("close") },
  });
  let id = 0;
  const link = {
    ...{ isUp: true, isStale: () => false, start: () => FRAME, ping: () => undefined, close: () => undefined },
    ask: () => ({ id: ++id, frame: FRAME }),
    received: (): ViewerEvent => {
      const answer = answers.shift();
      return answer === undefined ? { kind: "nothing" } : { kind: "answer", answer };
    },
  };
  const ticket = { signingKey: CAMERA.publicKey.slice(), renew: async () => 60_000, millis: 60_000 };
  const carried = { encode: encodeStream, createReader: createStreamReader, finish: () => undefined };
  const looking = new Looking({ stream: socket as unknown as Duplex, ...carried }, link, ticket);
  return { looking, come: () => socket.emit("data", Buffer.from(encodeStream(FRAME))) };
}

for (const hours of [1, -1])
  test(`waits as long as ever where this computer's clock is set meanwhile, by ${hours} h`, async () => {
    const socket = new EventEmitter();
    const way = { stream: socket as Duplex, encode: encodeStream, createReader: createStreamReader };
    const line = new Line({ ...way, finish: () => undefined }, () => undefined);
    const { now } = Date;
    const began = performance.now();
    const waiting = line.until(() => false, WAIT_MILLIS);
    Date.now = () => now() + hours * 3_600_000;
    try {
      socket.emit("data", Buffer.alloc(1));
      const ended = await Promise.race([waiting.then(() => "in time"), sleep(3 * WAIT_MILLIS).then(() => "late")]);
      assert.is(ended, "in time");
      assert.ok(performance.now() - began >= WAIT_MILLIS - 1);
    } finally {
      Date.now = now;
      line.close();
    }
  });

test("keeps no answer that nobody asked for, and takes the first to what was asked", async () => {
  const answers: ViewerAnswer[] = [
    { kind: "no", id: 1 },
    { kind: "no", id: 2 },
    { kind: "yes", id: 1 },
    { kind: "no", id: 1 },
    { kind: "yes", id: 2 },
  ];
  const { looking, come } = sessionOf(answers);
  come();
  come();
  for (const size of [2, 1]) {
    const asking = looking.ask({ kind: "approve" });
    for (let count = 0; count < size; count++) come();
    assert.is((await asking).kind, "yes");
  }
  looking.close();
});

interface Served {
  readonly noted: number;
  readonly listed: number;
  readonly note?: (note: Bytes) => Bytes;
  /** How many bytes of film the camera gives whoever asks, and how many in a piece. */
  readonly given: number;
  readonly piece?: number;
}

const SERVED: readonly (readonly [what: string, served: Served, refused: RegExp | undefined, pieces: number])[] = [
  ["the noted film", { noted: 5_000, listed: 5_000, given: 5_000 }, undefined, 3],
  ["a film that ends at a full piece", { noted: 4_400, listed: 4_400, given: 4_400 }, undefined, 2],
  [
    "a note longer than what is signed",
    { noted: 5_000, listed: 5_000, given: 5_000, note: () => new Uint8Array(READ_BYTES_MAX) },
    /note of that film is none/,
    0,
  ],
  ["a note of more than is listed", { noted: 0xffff_ffff, listed: 5_000, given: 0xffff_ffff }, /not the one/, 0],
  ["pieces that are too long", { noted: 4_000, listed: 5_000, given: 0xffff_ffff, piece: 9_000 }, /not the one/, 2],
  ["a film without end", { noted: 5_000, listed: 0xffff_ffff, given: 0xffff_ffff }, /not the one/, 3],
  ["a film that is cut", { noted: 5_000, listed: 5_000, given: 2_300 }, /not the one/, 3],
];

for (const [what, { noted, listed, given, note, piece = READ_BYTES_MAX }, refused, pieces] of SERVED)
  test(`reads ${what} no further than it was noted`, async () => {
    const desk = new Desk();
    const film = (offset: number) => new Uint8Array(Math.max(0, Math.min(piece, given - offset)));
    const hash = crypto.sha256(new Uint8Array(Math.min(noted, 10_000)));
    const range = { lastCheckpoint: 0, firstFrame: 1, lastFrame: 2 };
    const recipients = [CAMERA.publicKey.slice()];
    const signed = encodeManifest(crypto, CAMERA, {
      lockId: LOCK_ID,
      clip: CLIP,
      hash,
      size: noted,
      recipients,
      ...range,
    });
    let asked = 0;
    const out = desk.file("visit.age");
    writeFileSync(`${out}.part`, "left by one that was interrupted");
    const looking: Pick<Looking, "ask" | "cameraKey"> = {
      cameraKey: CAMERA.publicKey.slice(),
      ask: async (question) => {
        if (question.kind !== "read") return { kind: "no", id: 1 };
        const { part, offset } = question;
        if (part === "manifest") return { kind: "read", id: 1, bytes: note?.(signed) ?? signed };
        asked += 1;
        // Whoever stops the command here finds no film that looks whole, and can begin again.
        assert.not.ok(existsSync(out));
        return { kind: "read", id: 1, bytes: film(offset) };
      },
    };
    const times = { firstFrame: 1, lastFrame: 2, endedLo: 1, endedHi: 2 };
    const fetched = fetchClip(
      looking,
      { clip: CLIP, visit: 1, bytes: listed, flags: 0, ...times },
      { out, lockId: LOCK_ID },
    );
    const said = await fetched.then(
      () => undefined,
      (error: unknown) => (error instanceof Failure ? error.message : String(error)),
    );
    if (refused === undefined) assert.is(said, undefined);
    else assert.match(said ?? "it was kept", refused);
    assert.equal([existsSync(out), asked], [refused === undefined, pieces]);
    if (refused === undefined || pieces > 0) assert.not.ok(existsSync(`${out}.part`));
    desk.close();
  });

test.run();
