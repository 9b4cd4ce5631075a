// Goal: whoever looks is shown each file that the sensor may hand over, the longest one too: one that is recorded and never shown looks stale.
// Method: the longest picture goes into a board's queue before its viewer takes a byte; then he takes all.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { concat } from "../../firmware/bytes.ts";
import { createBench } from "../../firmware/io/test/callers.ts";
import { encodePicture, encodePieces, readPiece } from "../../firmware/link/viewer.ts";
import { Sframe } from "../../firmware/media/sframe.ts";
import { FILE_BYTES_MAX, STREAM_QUEUE_BYTES } from "../board.ts";

const U32_MAX = 0xffff_ffff;

test("the longest file of the sensor goes whole to a viewer", () => {
  const { streams, call, loop } = createBench(STREAM_QUEUE_BYTES);
  const viewer = call();
  viewer.isReading = false;
  const head = { ping: U32_MAX, frame: U32_MAX, ms: U32_MAX, verdict: 13, isRecording: true, isInfrared: true };
  const picture = encodePicture(head, new Uint8Array(FILE_BYTES_MAX));
  const message = new Sframe(crypto, new Uint8Array(32)).seal(U32_MAX, picture);
  for (const frame of encodePieces(1, U32_MAX, message)) streams.send(1, frame);
  viewer.isReading = true;
  for (let more = true; more; ) {
    const { length } = viewer.frames;
    viewer.read();
    loop.run();
    more = viewer.frames.length > length;
  }
  const pieces = viewer.frames.map((frame) => readPiece(frame).bytes);
  assert.equal(concat(...pieces).length, message.length);
});

test.run();
