// Goal: only a living ticket's key sees, it sees what is now, and what is old is said to be; clips and settings are the owner's.
// Method: whole cameras, with the viewer's own link at the other end; frames are lost, doubled, delayed and exchanged on the way.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, toHex } from "../../firmware/bytes.ts";
import { flip } from "../../firmware/crypto/test/checks.ts";
import { FRAME_HEADER_BYTES, FRAME_MEDIA } from "../../firmware/link/frame.ts";
import { RIGHT_OWNER, RIGHT_VIEW } from "../../firmware/link/witness.ts";
import { fileName } from "../card.ts";
import { Board, DAY, knocked, OWNER } from "./board.ts";
import { ALL_RIGHTS, Onlooker, visited, watching } from "./onlooker.ts";

test("a ticket's key sees each picture as the sensor gave it, younger than its own ping", () => {
  const board = visited();
  const files: string[] = [];
  board.picture = () => {
    const file = board.file(DAY);
    files.push(toHex(file));
    return file;
  };
  const onlooker = watching(board);
  assert.ok(onlooker.link.isStale(board.now));
  onlooker.look(3_000);
  assert.ok(onlooker.pictures.length >= 11, `${onlooker.pictures.length}`);
  assert.not.ok(onlooker.link.isStale(board.now));
  for (const { head, jpeg, notBefore } of onlooker.pictures) {
    assert.ok(files.includes(toHex(jpeg)) && board.now - notBefore <= 3_000);
    assert.equal([head.verdict, head.isRecording, head.isInfrared], [0, true, false]);
  }
  const numbers = onlooker.pictures.map(({ head }) => head.frame);
  assert.equal(
    numbers,
    [...numbers].sort((left, right) => left - right),
  );
});

test("the picture of a sensor that gives nothing more goes stale within two seconds", () => {
  const board = visited();
  const onlooker = watching(board);
  onlooker.look(1_000);
  board.picture = () => undefined;
  const since = board.now;
  while (!onlooker.link.isStale(board.now)) onlooker.look(250);
  assert.ok(board.now - since <= 2_250, `${board.now - since}`);
});

test("a stream that is held back goes stale although pictures keep coming", () => {
  const board = visited();
  const onlooker = watching(board);
  onlooker.look(1_000);
  const held: { readonly at: number; readonly frame: Bytes }[] = [];
  const delay = 2_500;
  onlooker.carry = (frame) => {
    if (frame[0] !== FRAME_MEDIA) return [frame];
    held.push({ at: board.now, frame });
    return [];
  };
  let came = 0;
  for (let step = 0; step < 24; step++) {
    onlooker.look(250);
    while (held[0] !== undefined && board.now - held[0].at >= delay) {
      const event = onlooker.link.received((held.shift() as { frame: Bytes }).frame, board.now);
      if (event.kind === "picture") came += 1;
    }
    if (step >= 9) assert.ok(onlooker.link.isStale(board.now), `${step}`);
  }
  assert.ok(came >= 3, `${came}`);
});

test("no picture is sent to whoever does not ping, nor a second one before the first is answered", () => {
  const board = visited();
  const onlooker = watching(board);
  board.run(2_000);
  assert.is(onlooker.pieces.length, 0);
  onlooker.send(onlooker.link.ping(board.now) as Bytes);
  board.run(4_000);
  onlooker.hear();
  assert.is(onlooker.pictures.length, 1);
});

const HARM: readonly (readonly [name: string, carry: (frame: Bytes, pieces: Bytes[]) => readonly Bytes[]])[] = [
  ["one bit of it turned", (frame) => [flip(frame, 8 * (frame.length - 1))]],
  ["another number", (frame) => [flip(frame, 8 * 5)]],
  ["another session", (frame) => [flip(frame, 8)]],
  ["unknown flags", (frame) => [flip(frame, 8 * FRAME_HEADER_BYTES + 5)]],
  ["its first piece lost", (frame) => ((frame[FRAME_HEADER_BYTES] as number) & 1 ? [] : [frame])],
  ["its last piece lost", (frame) => ((frame[FRAME_HEADER_BYTES] as number) & 2 ? [] : [frame])],
  [
    "its pieces exchanged",
    (frame, pieces) => {
      pieces.push(frame);
      return pieces.length === 2 ? pieces.splice(0).reverse() : [];
    },
  ],
  ["a piece doubled", (frame) => ((frame[FRAME_HEADER_BYTES] as number) & 2 ? [frame] : [frame, frame.slice()])],
];

for (const [name, harm] of HARM) {
  test(`a picture with ${name} is not shown, and the session goes on`, () => {
    const board = visited();
    const onlooker = watching(board);
    const pieces: Bytes[] = [];
    onlooker.carry = (frame) => (frame[0] === FRAME_MEDIA ? harm(frame, pieces) : [frame]);
    onlooker.look(1_000);
    // What is doubled in front begins the picture anew, and is shown once.
    if (name === "a piece doubled") assert.ok(onlooker.pictures.length <= 4);
    else assert.is(onlooker.pictures.length, 0);
    onlooker.carry = (frame) => [frame];
    onlooker.pictures = [];
    onlooker.look(1_500);
    assert.ok(onlooker.pictures.length >= 2);
  });
}

test("a picture that comes again, or late behind another, is not shown", () => {
  const board = visited();
  const onlooker = watching(board);
  onlooker.look(1_500);
  const shown = onlooker.pictures.length;
  for (const piece of onlooker.pieces) assert.is(onlooker.link.received(piece, board.now).kind, "nothing");
  assert.is(onlooker.pictures.length, shown);
});

test("pictures of another viewer, and of the key before, open nothing", () => {
  const board = visited();
  const [one, other] = [watching(board, 1), watching(board, 2)];
  one.look(1_000);
  for (const piece of one.pieces) {
    const forged = piece.slice();
    forged.set((other.ticket.ticket as Uint8Array).subarray(0, 4).slice().reverse(), 1);
    assert.is(other.link.received(forged, board.now).kind, "nothing");
  }
  const before = one.pieces;
  board.run(6_000);
  assert.is(one.ask({ kind: "watch" })?.kind, "watch");
  for (const piece of before) assert.is(one.link.received(piece, board.now).kind, "nothing");
});

const STRANGERS: readonly (readonly [name: string, open: (board: Board) => Onlooker])[] = [
  ["without a ticket", (board) => new Onlooker(board, 1).connect()],
  [
    "with a ticket that is over",
    (board) => {
      const onlooker = new Onlooker(board, 1);
      board.ticket(onlooker.ticket);
      board.run(60_250);
      return onlooker.connect();
    },
  ],
  [
    "with a ticket that the lock took back",
    (board) => {
      const onlooker = new Onlooker(board, 1);
      board.ticket(onlooker.ticket);
      board.ticket({ ...onlooker.ticket, seconds: 0 });
      return onlooker.connect();
    },
  ],
  [
    "with somebody else's ticket",
    (board) => {
      const [thief, owner] = [new Onlooker(board, 1), new Onlooker(board, 2)];
      board.ticket({ ...thief.ticket, viewerKey: owner.ticket.viewerKey });
      return thief.connect();
    },
  ],
];

for (const [name, open] of STRANGERS) {
  test(`whoever comes ${name} is hung up on, unanswered`, () => {
    const board = visited();
    const stranger = open(board);
    assert.equal([stranger.isClosed, stranger.link.isUp, board.sent.length], [true, false, 0]);
    assert.is(board.camera.snapshot.viewers, 0);
  });
}

test("message 1 that is replayed opens nothing that anybody can use, and does not end the session that stands", () => {
  const board = visited();
  const onlooker = new Onlooker(board, 1);
  board.ticket(onlooker.ticket);
  const first = onlooker.link.start();
  board.camera.viewerConnected(1, board.now);
  onlooker.send(first);
  assert.is(onlooker.ask({ kind: "watch" })?.kind, "watch");
  for (const connection of [11, 12, 13]) {
    board.camera.viewerConnected(connection, board.now);
    board.camera.viewerReceived(connection, first.slice(), board.now);
    board.run(1_000);
  }
  // The third replay is the fourth opening: refused before a key is computed.
  assert.equal(board.closed, [13]);
  onlooker.look(1_000);
  assert.ok(onlooker.pictures.length > 0);
});

test("a session ends with its ticket, and goes on with the next one of its key, and that one's rights", () => {
  const board = visited();
  const onlooker = new Onlooker(board, 1, { rights: ALL_RIGHTS }).come();
  board.run(50_000);
  const next = { ...onlooker.ticket, ticket: new Uint8Array(8).fill(9), rights: RIGHT_VIEW };
  board.ticket(next);
  board.run(50_000);
  assert.equal([onlooker.isClosed, onlooker.ask({ kind: "watch" })?.kind], [false, "watch"]);
  assert.is(onlooker.ask({ kind: "status" })?.kind, "no");
  board.run(11_000);
  assert.ok(onlooker.isClosed);
});

test("a guest sees, and has no clip, record or setting; whoever may not see does not", () => {
  const board = visited();
  const guest = new Onlooker(board, 1).come();
  const { clip } = board.head;
  for (const asked of [
    { kind: "list", from: 0 },
    { kind: "read", clip, part: "file", offset: 0 },
    { kind: "mark", clip, mark: "let-go" },
    { kind: "rail", from: 0 },
    { kind: "recipients", recipients: [guest.ticket.viewerKey] },
    { kind: "approve" },
    { kind: "status" },
    { kind: "stream", secret: new Uint8Array(32) },
    { kind: "stream", secret: undefined },
  ] as const) {
    assert.is(guest.ask(asked)?.kind, "no", asked.kind);
  }
  const keeper = new Onlooker(board, 2, { rights: RIGHT_OWNER }).come();
  assert.is(keeper.ask({ kind: "watch" })?.kind, "no");
  assert.is(keeper.ask({ kind: "status" })?.kind, "status");
});

test("an owner lists, fetches whole and marks a clip, and reads the records of the switch", () => {
  const board = visited();
  const { clip } = board.head;
  const owner = new Onlooker(board, 1, { rights: ALL_RIGHTS }).come();
  const open = owner.ask({ kind: "list", from: 0 });
  assert.equal(open?.kind === "list" ? open.clips.map(({ visit, flags }) => [visit, flags]) : [], [[41, 4]]);
  board.rest();
  const list = owner.ask({ kind: "list", from: 0 });
  if (list?.kind !== "list") throw new Error("no list");
  assert.equal(
    list.clips.map(({ visit, flags, clip: name }) => [visit, flags, toHex(name)]),
    [[41, 0, toHex(clip)]],
  );
  assert.ok((list.clips[0]?.endedLo ?? 0) > 1_793_000_000 && (list.clips[0]?.endedHi ?? 0) < 1_794_000_000);
  const beyond = owner.ask({ kind: "list", from: (list.clips[0]?.firstFrame ?? 0) + 1 });
  assert.is(beyond?.kind === "list" ? beyond.clips.length : -1, 0);
  for (const [part, ending] of [
    ["file", "age"],
    ["manifest", "note"],
  ] as const) {
    const pieces: Bytes[] = [];
    for (let offset = 0; ; ) {
      const answer = owner.ask({ kind: "read", clip, part, offset });
      if (answer?.kind !== "read" || answer.bytes.length === 0) break;
      pieces.push(answer.bytes);
      offset += answer.bytes.length;
      board.now = (board.now + 10) as typeof board.now;
    }
    assert.is(toHex(concat(...pieces)), toHex(board.card.file(fileName(clip, ending)) as Bytes));
  }
  assert.is(owner.ask({ kind: "mark", clip, mark: "fetched" })?.kind, "yes");
  assert.is(owner.ask({ kind: "mark", clip, mark: "kept" })?.kind, "yes");
  const marked = owner.ask({ kind: "list", from: 0 });
  assert.is(marked?.kind === "list" ? marked.clips[0]?.flags : -1, 3);
  assert.is(owner.ask({ kind: "mark", clip: new Uint8Array(16), mark: "kept" })?.kind, "no");
  assert.is(owner.ask({ kind: "read", clip: new Uint8Array(16), part: "file", offset: 0 })?.kind, "no");
  const rail = owner.ask({ kind: "rail", from: 2 });
  assert.equal(rail?.kind === "rail" ? rail.records.map(toHex) : [], board.records.slice(1).map(toHex));
});

test("an owner says for whom clips are sealed and what is in order, and then the camera proves itself", () => {
  const board = new Board({ isApproved: false, hasRecipients: false });
  const owner = new Onlooker(board, 1, { rights: ALL_RIGHTS }).come();
  assert.is(owner.ask({ kind: "approve" })?.kind, "no");
  knocked(board);
  assert.equal([board.isProof, board.beat.canRecord], [false, false]);
  assert.is(owner.ask({ kind: "recipients", recipients: [new Uint8Array(32)] })?.kind, "no");
  assert.is(owner.ask({ kind: "recipients", recipients: [crypto.agreementPublicKey(OWNER)] })?.kind, "yes");
  assert.is(owner.ask({ kind: "approve" })?.kind, "yes");
  board.run(4_000);
  assert.ok(board.isProof);
  const status = owner.ask({ kind: "status" });
  if (status?.kind !== "status") throw new Error("no status");
  const { isOn, canRecord, verdict, recipients, scenes } = status.status;
  assert.equal([isOn, canRecord, verdict, recipients, scenes], [true, true, 0, 1, 1]);
  board.cut();
  knocked(board);
  assert.ok(board.isProof);
});

test("what somebody walks through is no view that can be approved", () => {
  const board = new Board({ isApproved: false });
  const owner = new Onlooker(board, 1, { rights: ALL_RIGHTS }).come();
  board.ask({ mode: "always" });
  board.run(4_000);
  let x = 2_000;
  board.shot = () => {
    x += 700;
    return { ...DAY, people: [{ x, y: 6_600, height: 3_600, stride: 1, who: 3 }] };
  };
  board.run(2_000);
  assert.is(owner.ask({ kind: "approve" })?.kind, "no");
  board.shot = () => DAY;
  board.run(4_000);
  assert.is(owner.ask({ kind: "approve" })?.kind, "yes");
});

test("a sealed request that is replayed, changed or unknown ends the session, and no other", () => {
  for (const spoil of [
    (frame: Bytes) => frame,
    (frame: Bytes) => flip(frame, 8 * 12),
    (frame: Bytes) => frame.slice(0, -1),
    () => new Uint8Array(3),
  ]) {
    const board = visited();
    const [onlooker, other] = [watching(board, 1), watching(board, 2)];
    const request = onlooker.link.ask({ kind: "status" });
    if (request === undefined) throw new Error("no session");
    onlooker.send(request.frame);
    onlooker.send(spoil(request.frame.slice()));
    assert.ok(onlooker.isClosed && !other.isClosed);
    onlooker.board.camera.viewerReceived(1, request.frame, board.now);
    other.look(1_000);
    assert.ok(other.pictures.length > 0);
  }
});

test("a camera that forgets its lock hangs up on everybody", () => {
  const board = visited();
  const onlooker = watching(board);
  board.camera.caseChanged(true, board.now);
  board.camera.forgetPressed(board.now);
  assert.ok(onlooker.isClosed);
  board.camera.viewerConnected(5, board.now);
  assert.ok(board.closed.includes(5));
});

test.run();
