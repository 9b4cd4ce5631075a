// `latchkey keypad`: enrols the keypad outside the door, or ends that, and says how its link is.
// Why: the wire goes through the door to where anybody may put a board of his own on it, so an owner compares keys, somebody
// inside agrees with a press, and only then does the lock hear what is typed.
// Follows docs/protocol.md §3.2 and §2.3 (kinds 2 and 3).

import { setTimeout as sleep } from "node:timers/promises";
import { crypto } from "#crypto";
import { fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { kid8 } from "../../firmware/cose/key.ts";
import { type Board, KIND_ENROL, KIND_REMOVE_BOARD, ROLE_KEYPAD } from "../../firmware/grant/body.ts";
import type { BoardState } from "../../firmware/link/message.ts";
import { optionsOf, runAct } from "../acts.ts";
import { type Act, type Acts, type Call, type Command, LOCK_OPTIONS, type Outcome } from "../command.ts";
import { refused } from "../denials.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { orRefuse, readGiven } from "../given.ts";
import { declareInside } from "../inside.ts";
import { fingerprintOf, parseSetup } from "../invitation.ts";
import { asOwner, declare, type OwnerSession, readStatus } from "../ownership.ts";
import { printable } from "../terminal.ts";

/** A keypad offers itself every 10 s, and a handshake that fails is tried again for some seconds. */
const UP_MILLIS = 45_000;
const ASK_MILLIS = 1_000;

const LIST: Act = {
  summary: "say which boards are enrolled, and how their links are",
  positionals: [],
  options: LOCK_OPTIONS,
  run: list,
};
const ACTS: Acts = Object.freeze({
  enrol: {
    summary: "let the lock hear a keypad; somebody inside presses the button",
    positionals: ["[SETUP]"],
    options: { ...LOCK_OPTIONS, yes: { help: "do not ask whether the fingerprint is the keypad's own" } },
    run: enrol,
  },
  remove: {
    summary: "let the lock hear a keypad no more",
    positionals: ["[KEYPAD]"],
    options: LOCK_OPTIONS,
    run: remove,
  },
  list: LIST,
});

/** The command `keypad`. */
export const keypad: Command = {
  name: "keypad",
  summary: "Enrol the keypad outside the door, or remove it",
  positionals: ["[enrol|remove|list", "...]"],
  options: optionsOf(ACTS),
  help: [
    "A new keypad on the lock's wire offers itself. enrol shows its fingerprint: compare it with the one on the keypad, since",
    "anybody outside can put another board on that wire, and whatever is typed there would be his. With SETUP, the text on",
    "the keypad's label, it is that one and no other. Somebody presses the button inside; then the command waits until the",
    "keypad's link is up. A keypad belongs to one lock: one that was enrolled elsewhere must forget that first (open its",
    "case, and hold the star for ten seconds).",
    "KEYPAD is the name that list shows; with one keypad it may be left out.",
  ],
  examples: ["keypad enrol", "keypad enrol setup.txt --yes", "keypad", "keypad remove"],
  acts: ACTS,
  run: (call) => runAct(call, ACTS, "keypad", LIST),
};

async function enrol(call: Call): Promise<Outcome> {
  const [given] = call.positionals;
  const labelled = given === undefined ? undefined : readBoard(given);
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { board, found } = await asOwner(call, keystore, lock, async (session) => {
    const board = labelled ?? (await askOffer(session));
    if (labelled === undefined) await compare(call, board);
    lock.seq += 1;
    keystore.save();
    const { conversation, signer } = session;
    const body = { kind: KIND_ENROL, board } as const;
    await declareInside(call, { conversation, signer }, { sequence: lock.seq, body });
    call.terminal.say("Enrolled. Waiting for its link...");
    return { board, found: await waitUp(session, board) };
  });
  const kid = toBase64url(kid8(crypto, board.signingKey));
  const isUp = found?.isUp === true;
  call.terminal.say(
    isUp
      ? `The keypad ${kid} is up: codes may be typed at it.`
      : `NOT UP: the lock has the keypad ${kid}, and does not hear it.`,
  );
  if (!isUp) {
    call.terminal.warn(
      'Look at its cable and its power, and whether it belongs to another lock: then open its case and hold the star for ten seconds. "latchkey keypad" says when it is up.',
    );
  }
  const fingerprint = fingerprintOf(crypto, board);
  return { exit: isUp ? EXIT.OK : EXIT.UNREACHABLE, json: { lockId: lock.id, keypad: kid, fingerprint, isUp } };
}

function readBoard(given: string): Board {
  const bytes = readGiven(given, "setup text");
  const setup = orRefuse(() => parseSetup(bytes), "That is no setup text: copy all of it from the keypad's label.");
  return { role: ROLE_KEYPAD, ...setup };
}

/** Asks the lock which board offers itself. @throws Failure where none does */
async function askOffer({ conversation }: OwnerSession): Promise<Board> {
  const answer = await conversation.ask({ kind: "offer" });
  if (answer.kind !== "offer") throw refused(answer.kind === "no" ? answer.denial : undefined);
  const { board } = answer;
  if (board?.role === ROLE_KEYPAD) return board;
  throw new Failure(
    EXIT.REFUSED,
    "No keypad offers itself to the lock: connect it, give it power, and wait ten seconds. One that belongs to a lock already does not offer itself: open its case and hold the star for ten seconds.",
  );
}

/** @throws Failure where the person says that it is another */
async function compare(call: Call, board: Board): Promise<void> {
  call.terminal.say(`A keypad offers itself. Its fingerprint: ${fingerprintOf(crypto, board)}`);
  if (call.has("yes")) return;
  if (call.isJson) throw usage("With --json nobody is asked: compare the fingerprint without it, or give --yes.");
  const answer = await call.terminal.ask("Is this the one on the keypad? (yes or no) ");
  if (/^y(es)?$/i.test(answer)) return;
  throw usage("Nothing was enrolled. If it is not the one on the keypad, somebody has put another board on the wire.");
}

/** Waits until the lock hears it. @returns its state at the end */
async function waitUp({ conversation, signer }: OwnerSession, board: Board): Promise<BoardState | undefined> {
  const kid = kid8(crypto, board.signingKey);
  const deadline = Date.now() + UP_MILLIS;
  for (;;) {
    const { status } = await readStatus(conversation, signer);
    const found = status.boards.find((each) => crypto.isEqual(each.kid, kid));
    if (found?.isUp === true || Date.now() > deadline) return found;
    await sleep(ASK_MILLIS);
  }
}

async function remove(call: Call): Promise<Outcome> {
  const [given] = call.positionals;
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const kid = await asOwner(call, keystore, lock, async (session) => {
    const kid = choose(session.status.boards, given);
    await declare(keystore, lock, session, { kind: KIND_REMOVE_BOARD, boardKid: fromBase64url(kid) });
    return kid;
  });
  call.terminal.say(`Removed: the lock hears the keypad ${kid} no more.`);
  return { exit: EXIT.OK, json: { lockId: lock.id, keypad: kid } };
}

/** @returns base64url of its kid8 @throws Failure */
function choose(boards: readonly BoardState[], given: string | undefined): string {
  const kids = boards.filter(({ role }) => role === "keypad").map(({ kid }) => toBase64url(kid));
  const found = given === undefined ? kids : kids.filter((kid) => kid === given);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const list = kids.length === 0 ? "it has none" : `its keypads: ${kids.join(", ")}`;
  throw usage(
    given === undefined ? `Say which keypad; ${list}.` : `The lock has no keypad ${printable(given)}; ${list}.`,
  );
}

async function list(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { boards } = await asOwner(call, keystore, lock, async ({ status }) => status);
  for (const board of boards) call.terminal.say(sayBoard(board));
  if (boards.length === 0) call.terminal.say('No keypad is enrolled: "latchkey keypad enrol" lets the lock hear one.');
  return { exit: EXIT.OK, json: { lockId: lock.id, boards: boards.map(boardObject) } };
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
