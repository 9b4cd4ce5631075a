// Boards of a lock as their owner enrols and removes them: a keypad outside, a camera inside.
// Why: anybody may put a board of his own on a wire, so an owner compares keys, somebody inside agrees with a press, and only then
// does the lock listen to it. For every kind of board that is the same, and only the words differ.
// Follows docs/protocol.md §3.2 and §2.3 (kinds 2 and 3).

import { setTimeout as sleep } from "node:timers/promises";
import { crypto } from "#crypto";
import { fromBase64url, toBase64url } from "../firmware/bytes.ts";
import { kid8 } from "../firmware/cose/key.ts";
import { type Board, KIND_ENROL, KIND_REMOVE_BOARD } from "../firmware/grant/body.ts";
import { fingerprintOf, parseSetup } from "../firmware/link/label.ts";
import type { BoardRole, BoardState, Status } from "../firmware/link/status.ts";
import type { Call } from "./command.ts";
import { refused } from "./denials.ts";
import { EXIT, Failure, usage } from "./failure.ts";
import { orRefuse, readGiven } from "./given.ts";
import { declareInside } from "./inside.ts";
import type { Keystore } from "./keystore.ts";
import { asOwner, declare, type OwnerSession, readStatus } from "./ownership.ts";
import type { OwnedLock } from "./person.ts";
import { printable } from "./terminal.ts";

/** A board offers itself every 10 s, and a handshake that fails is tried again for some seconds. */
const UP_MILLIS = 45_000;
const ASK_MILLIS = 1_000;
const ROLES: readonly BoardRole[] = Object.freeze(["keypad", "camera"]);
/** Kinds of boards that may offer themselves at once. */
const OFFERS_MAX = 2;

/** A kind of board. */
export interface BoardKind {
  readonly name: BoardRole;
  /** Its number in a statement. */
  readonly role: number;
  /** How it is made to forget the lock that it belongs to. */
  readonly forget: string;
  /** Where it is connected. */
  readonly where: string;
}

/** A board that the lock now has. */
export interface Enrolled {
  readonly board: Board;
  /** base64url of its kid8. */
  readonly kid: string;
  readonly fingerprint: string;
  readonly isUp: boolean;
}

/** Reads the text on a board's label. @throws Failure */
export function readLabel({ name, role }: BoardKind, given: string): Board {
  const bytes = readGiven(given, "setup text");
  const setup = orRefuse(() => parseSetup(bytes), `That is no setup text: copy all of it from the ${name}'s label.`);
  return { role, ...setup };
}

/** What enrols a board. */
interface Enrolling {
  readonly keystore: Keystore;
  readonly lock: OwnedLock;
  /** The board of a label; undefined for the one that offers itself. */
  readonly labelled: Board | undefined;
  /** Says why this lock can have no more of them. @throws Failure */
  check?(status: Status): void;
}

/** Enrols the board of a label, or the one that offers itself, and waits until its link is up.
 *  @throws Failure where none offers itself, it is another, or nobody inside agrees */
export async function enrolBoard(call: Call, kind: BoardKind, enrolling: Enrolling): Promise<Enrolled> {
  const { keystore, lock, labelled } = enrolling;
  const board = labelled ?? (await findBoard(call, kind, enrolling));
  return asOwner(call, keystore, lock, async (session) => {
    enrolling.check?.(session.status);
    keystore.update(() => {
      lock.seq += 1;
    });
    await declareInside(call, session, { sequence: lock.seq, body: { kind: KIND_ENROL, board } });
    call.terminal.say("Enrolled. Waiting for its link...");
    const kid = kid8(crypto, board.signingKey);
    const found = await waitUp(session, kid);
    return {
      board,
      kid: toBase64url(kid),
      fingerprint: fingerprintOf(crypto, board),
      isUp: found?.isUp === true,
    };
  });
}

/** Finds the board that offers itself, and has it compared: in no session, since whoever walks to it is away for longer than the lock
 *  keeps one. @throws Failure */
async function findBoard(call: Call, kind: BoardKind, { keystore, lock, check }: Enrolling): Promise<Board> {
  const board = await asOwner(call, keystore, lock, (session) => {
    check?.(session.status);
    return askOffer(kind, session);
  });
  await compare(call, kind, board);
  return board;
}

/** Removes the board that is named, or the only one of its kind. @returns base64url of its kid8 @throws Failure */
export async function removeBoard(
  { name }: BoardKind,
  at: {
    readonly keystore: Keystore;
    readonly lock: OwnedLock;
    readonly session: OwnerSession;
    readonly given: string | undefined;
  },
): Promise<string> {
  const { keystore, lock, session, given } = at;
  const kids = session.status.boards.filter(({ role }) => role === name).map(({ kid }) => toBase64url(kid));
  const found = given === undefined ? kids : kids.filter((kid) => kid === given);
  const [only] = found;
  if (only === undefined || found.length !== 1) {
    const list = kids.length === 0 ? "it has none" : `its ${name}s: ${kids.join(", ")}`;
    throw usage(
      given === undefined ? `Say which ${name}; ${list}.` : `The lock has no ${name} ${printable(given)}; ${list}.`,
    );
  }
  await declare(keystore, lock, session, { kind: KIND_REMOVE_BOARD, boardKid: fromBase64url(only) });
  return only;
}

/** Says how a board is: "keypad Ip1fiNKMHIM, up, 3.10 V". */
export function sayBoard({ kid, role, isUp, isCaseOpen, isKeyStuck, millivolts }: BoardState): string {
  const parts = [`${role} ${toBase64url(kid)}`, isUp ? "up" : "NOT UP"];
  if (isCaseOpen) parts.push("its CASE IS OPEN");
  if (isKeyStuck) parts.push("a key is STUCK");
  if (millivolts > 0) parts.push(`${(millivolts / 1_000).toFixed(2)} V`);
  return parts.join(", ");
}

/** The same for --json. */
export function boardObject({ kid, ...board }: BoardState): Record<string, unknown> {
  return { kid: toBase64url(kid), ...board };
}

/** Says what becomes of a lock's boards where it is made somebody else's, or another lock: none of them hears of it.
 *  @returns undefined where it has none */
export function sayParted(boards: readonly Pick<BoardState, "role">[]): string | undefined {
  const names = ROLES.filter((name) => boards.some(({ role }) => role === name));
  if (names.length === 0) return undefined;
  const seeing = names.includes("camera")
    ? " The camera looks on for up to an hour, seals films for whom it was told, and shows its stream to whoever has the password."
    : "";
  return `Out with the rest: its ${names.join(" and ")}. Each goes on calling that lock until it forgets it: open its case and hold the star of a keypad for ten seconds, press the button in a camera. Then enrol it anew.${seeing}`;
}

/** Asks the lock which board offers itself. @throws Failure where none does */
async function askOffer({ name, role, forget, where }: BoardKind, { conversation }: OwnerSession): Promise<Board> {
  // Where a keypad and a camera offer themselves at once, the lock names one and then the other.
  for (let asked = 0; asked < OFFERS_MAX; asked++) {
    const answer = await conversation.ask({ kind: "offer" });
    if (answer.kind !== "offer") throw refused(answer.kind === "no" ? answer.denial : undefined);
    if (answer.board?.role === role) return answer.board;
  }
  throw new Failure(
    EXIT.REFUSED,
    `No ${name} offers itself to the lock: ${where}, and wait ten seconds. One that belongs to a lock already does not offer itself: ${forget}.`,
  );
}

/** @throws Failure where the person says that it is another */
async function compare(call: Call, { name }: BoardKind, board: Board): Promise<void> {
  call.terminal.say(`A ${name} offers itself. Its fingerprint: ${fingerprintOf(crypto, board)}`);
  if (call.has("yes")) return;
  if (call.isJson) throw usage("With --json nobody is asked: compare the fingerprint without it, or give --yes.");
  const answer = await call.terminal.ask(`Is this the one on the ${name}? (yes or no) `);
  if (/^y(es)?$/i.test(answer)) return;
  throw usage(`Nothing was enrolled. If it is not the one on the ${name}, somebody has put another board on the wire.`);
}

/** Waits until the lock hears it. @returns its state at the end */
async function waitUp({ conversation, signer }: OwnerSession, kid: Uint8Array): Promise<BoardState | undefined> {
  const deadline = performance.now() + UP_MILLIS;
  for (;;) {
    const { status } = await readStatus(conversation, signer);
    const found = status.boards.find((each) => crypto.isEqual(each.kid, kid));
    if (found?.isUp === true || performance.now() > deadline) return found;
    await sleep(ASK_MILLIS);
  }
}
