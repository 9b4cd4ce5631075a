// Goal: whoever fills a camera's places keeps nobody out, and only a ticket's own key takes one.
// Method: whole cameras, with as many viewers as there are places and more; message 1 is repeated, and connections say nothing.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { FRAME_HEADER_BYTES } from "../../firmware/link/frame.ts";
import { CONNECTIONS_MAX, SESSIONS_MAX } from "../viewers.ts";
import { ALL_RIGHTS, Onlooker, visited, watching } from "./onlooker.ts";

test("four look at once; an owner takes a guest's place, and a fifth guest none", () => {
  const board = visited();
  const guests = Array.from({ length: SESSIONS_MAX + 1 }, (_, place) => {
    board.run(500);
    return new Onlooker(board, 1 + place).come();
  });
  assert.equal(
    guests.map(({ isClosed }) => isClosed),
    [false, false, false, false, true],
  );
  board.run(500);
  const owner = new Onlooker(board, 20, { rights: ALL_RIGHTS }).come();
  assert.equal([owner.link.isUp, guests[0]?.isClosed, board.camera.snapshot.viewers], [true, true, SESSIONS_MAX]);
});

test("whoever only names an owner's ticket takes nobody's place", () => {
  const board = visited();
  const guests = Array.from({ length: SESSIONS_MAX }, (_, place) => watching(board, 1 + place));
  const owner = new Onlooker(board, 9, { rights: ALL_RIGHTS });
  board.ticket(owner.ticket);
  const forged = owner.link.start().slice();
  forged.fill(0, FRAME_HEADER_BYTES);
  board.camera.viewerConnected(77, board.now);
  board.camera.viewerReceived(77, forged, board.now);
  assert.equal([board.closed, board.camera.snapshot.viewers], [[77], SESSIONS_MAX]);
  assert.not.ok(guests.some(({ isClosed }) => isClosed));
});

test("whoever repeats message 1 takes no viewer's place, counts as nobody, and is hung up on after ten seconds", () => {
  const board = visited();
  const guests = Array.from({ length: SESSIONS_MAX - 1 }, (_, place) => watching(board, 1 + place));
  const owner = new Onlooker(board, 9, { rights: ALL_RIGHTS });
  board.ticket(owner.ticket);
  board.camera.viewerConnected(9, board.now);
  const first = owner.link.start();
  owner.send(first);
  assert.is(board.camera.snapshot.viewers, SESSIONS_MAX - 1);
  assert.is(owner.ask({ kind: "watch" })?.kind, "watch");
  for (const connection of [11, 12]) {
    board.run(1_000);
    board.camera.viewerConnected(connection, board.now);
    board.camera.viewerReceived(connection, first, board.now);
  }
  assert.equal([board.closed, board.camera.snapshot.viewers], [[], SESSIONS_MAX]);
  // Its key looks on with another ticket: that renews the session which stands, and no other.
  board.ticket({ ...owner.ticket, ticket: new Uint8Array(8).fill(9) });
  board.run(10_000);
  assert.equal([board.closed, board.camera.snapshot.viewers], [[11, 12], SESSIONS_MAX]);
  for (const viewer of [...guests, owner]) viewer.look(1_000);
  assert.ok([...guests, owner].every(({ pictures }) => pictures.length > 0));
});

test("of two owners whose message 1 was answered, whoever asks first takes the last guest's place", () => {
  const board = visited();
  const all = { rights: ALL_RIGHTS };
  const guest = watching(board, 1);
  for (let number = 2; number <= SESSIONS_MAX; number++) {
    board.run(1_000);
    new Onlooker(board, number, all).come();
  }
  board.run(1_000);
  const [one, other] = [11, 12].map((number) => {
    const owner = new Onlooker(board, number, all);
    board.ticket(owner.ticket);
    board.camera.viewerConnected(number, board.now);
    owner.send(owner.link.start());
    return owner;
  }) as [Onlooker, Onlooker];
  assert.equal([one.link.isUp, other.link.isUp, guest.isClosed], [true, true, false]);
  assert.is(other.ask({ kind: "status" })?.kind, "status");
  assert.is(one.ask({ kind: "status" }), undefined);
  assert.equal([guest.isClosed, one.isClosed, other.isClosed], [true, true, false]);
});

test("a ticket that the lock takes back ends what its message 1 opened", () => {
  const board = visited();
  const onlooker = new Onlooker(board, 1);
  board.ticket(onlooker.ticket);
  board.camera.viewerConnected(1, board.now);
  onlooker.send(onlooker.link.start());
  board.ticket({ ...onlooker.ticket, seconds: 0 });
  assert.ok(onlooker.link.isUp && onlooker.isClosed);
});

test("connections without a session are few, and are hung up on after ten seconds", () => {
  const board = visited();
  for (let number = 1; number <= CONNECTIONS_MAX + 1; number++) board.camera.viewerConnected(number, board.now);
  assert.equal(board.closed, [1]);
  board.run(10_000);
  assert.is(board.closed.length, CONNECTIONS_MAX + 1);
});

test("whoever fills the connections keeps nobody out: a newcomer takes the place of who has been without a session for longest", () => {
  const board = visited();
  const onlooker = watching(board, 1);
  let last = 100;
  const crowd = (count: number) => {
    for (const end = last + count; last < end; last++) board.camera.viewerConnected(last, board.now);
  };
  crowd(CONNECTIONS_MAX - 1);
  assert.equal(board.closed, []);
  const owner = new Onlooker(board, 2, { rights: ALL_RIGHTS });
  board.ticket(owner.ticket);
  board.camera.viewerConnected(2, board.now);
  crowd(CONNECTIONS_MAX - 2);
  owner.send(owner.link.start());
  assert.is(owner.ask({ kind: "watch" })?.kind, "watch");
  crowd(10 * CONNECTIONS_MAX);
  assert.not.ok(onlooker.isClosed || owner.isClosed);
  onlooker.look(1_000);
  assert.ok(onlooker.pictures.length > 0);
});

test.run();
