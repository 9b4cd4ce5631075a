// Goal: the house's own machines have the picture only where an owner set a password, and no longer than it stands.
// Method: a whole camera, an owner's session with it, and requests as a home system makes them; power and flash fail on the way.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, toHex } from "../../firmware/bytes.ts";
import { secretOf, USER } from "../../firmware/link/password.ts";
import { responseOf } from "../homes.ts";
import { Settings } from "../settings.ts";
import { Board, DAY, knocked } from "./board.ts";
import { ALL_RIGHTS, Onlooker } from "./onlooker.ts";

const SECRET = secretOf(crypto, { password: "correct horse battery" });
const OTHER = secretOf(crypto, { password: "another horse battery" });
const REQUEST = { method: "GET", uri: "/snapshot.jpg" };

function ownerOf(board: Board, number = 1): Onlooker {
  return new Onlooker(board, number, { rights: ALL_RIGHTS }).come();
}

/** A camera in a knock, whose owner has set a password. */
function opened(): { readonly board: Board; readonly owner: Onlooker } {
  const board = knocked(new Board());
  const owner = ownerOf(board);
  assert.is(owner.ask({ kind: "stream", secret: SECRET })?.kind, "yes");
  return { board, owner };
}

/** Asks for a nonce, and answers with it. @returns what the camera says then */
function judged({ camera, now }: Board, secret: Bytes): string {
  const first = camera.judgeHome({ ...REQUEST, authorization: undefined }, now);
  if (first.kind !== "challenge") return first.kind;
  const nonce = /nonce="([^"]+)"/.exec(first.header)?.[1] ?? "";
  const response = toHex(responseOf(crypto, secret, { ...REQUEST, nonce, count: "00000001", cnonce: "c" }));
  const said = `username="${USER}", realm="latchkey camera", uri="${REQUEST.uri}", algorithm=SHA-256, nonce="${nonce}"`;
  const authorization = `Digest ${said}, nc=00000001, cnonce="c", qop=auth, response="${response}"`;
  return camera.judgeHome({ ...REQUEST, authorization }, now).kind;
}

function isOn(owner: Onlooker): boolean | undefined {
  const answer = owner.ask({ kind: "status" });
  return answer?.kind === "status" ? answer.status.isStreamOn : undefined;
}

test("without a password there is nothing, and no picture is handed on", () => {
  const board = knocked(new Board());
  board.run(2_000);
  assert.equal([judged(board, SECRET), board.shown.length, board.camera.snapshot.isStreamOn], ["absent", 0, false]);
  assert.is(isOn(ownerOf(board)), false);
});

test("with one, whoever has it is welcome, and each picture is handed on as the sensor gave it", () => {
  const { board, owner } = opened();
  assert.equal([judged(board, SECRET), judged(board, OTHER)], ["welcome", "challenge"]);
  assert.ok(isOn(owner) && board.camera.snapshot.isStreamOn);
  const files: string[] = [];
  board.picture = () => {
    const file = board.file(DAY);
    files.push(toHex(file));
    return file;
  };
  board.shown.length = 0;
  board.run(1_000);
  assert.ok(files.length >= 4);
  assert.equal(board.shown.map(toHex), files);
});

test("to be welcome switches nothing on, and without power nothing is handed on", () => {
  const { board } = opened();
  board.rest();
  board.run(60_000);
  assert.equal([board.isPowered, board.dismissals], [false, 2], "whoever looked on was dismissed with the power");
  const records = board.records.length;
  board.shown.length = 0;
  for (let request = 0; request < 20; request++) {
    assert.is(judged(board, SECRET), "welcome");
    board.run(1_000);
  }
  board.camera.frame(board.file(DAY), board.now);
  assert.equal([board.isPowered, board.records.length, board.shown.length], [false, records, 0]);
});

test("another password, or none, ends what the first one opened, at once", () => {
  const { board, owner } = opened();
  assert.is(board.dismissals, 1);
  assert.is(owner.ask({ kind: "stream", secret: OTHER })?.kind, "yes");
  assert.equal([board.dismissals, judged(board, SECRET), judged(board, OTHER)], [2, "challenge", "welcome"]);
  assert.is(owner.ask({ kind: "stream", secret: undefined })?.kind, "yes");
  assert.equal([board.dismissals, judged(board, OTHER), isOn(owner)], [3, "absent", false]);
  board.shown.length = 0;
  board.run(1_000);
  assert.is(board.shown.length, 0);
});

test("it outlasts a loss of power, and not the camera's lock", () => {
  const { board } = opened();
  board.cut();
  assert.is(judged(knocked(board), SECRET), "welcome");
  board.camera.caseChanged(true, board.now);
  board.camera.forgetPressed(board.now);
  assert.equal([judged(board, SECRET), board.camera.snapshot.isStreamOn, board.dismissals], ["absent", false, 3]);
  assert.is(new Settings(board.constants).streamSecret, undefined);
});

test("flash that does not keep it refuses, and the password of before goes on", () => {
  const { board, owner } = opened();
  board.constants.isSound = false;
  for (const secret of [OTHER, undefined]) assert.is(owner.ask({ kind: "stream", secret })?.kind, "no");
  assert.equal([judged(board, SECRET), judged(board, OTHER), board.dismissals], ["welcome", "challenge", 1]);
});

test("a secret that is damaged in flash is none", () => {
  const { constants } = new Board();
  for (const size of [0, 31, 33]) {
    constants.write("stream", new Uint8Array(size));
    assert.is(new Settings(constants).streamSecret, undefined);
  }
  constants.write("stream", SECRET);
  assert.is(toHex(new Settings(constants).streamSecret ?? new Uint8Array(0)), toHex(SECRET));
});

test.run();
