// `latchkey keypad`: enrols the keypad outside the door, or ends that, and says how its link is.
// Why: the wire goes through the door to where anybody may put a board of his own on it, so an owner compares keys, somebody
// inside agrees with a press, and only then does the lock hear what is typed.
// Follows docs/protocol.md §3.2 and §2.3 (kinds 2 and 3).

import { ROLE_KEYPAD } from "../../firmware/role.ts";
import { optionsOf, runAct } from "../acts.ts";
import { type Act, type Acts, type Call, type Command, LOCK_OPTIONS, type Outcome } from "../command.ts";
import { type BoardKind, boardObject, enrolBoard, readLabel, removeBoard, sayBoard } from "../enrolment.ts";
import { EXIT } from "../failure.ts";
import { asOwner } from "../ownership.ts";

const KEYPAD: BoardKind = Object.freeze({
  name: "keypad",
  role: ROLE_KEYPAD,
  forget: "open its case and hold the star for ten seconds",
  where: "connect it, give it power",
});

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
  const labelled = given === undefined ? undefined : readLabel(KEYPAD, given);
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { kid, fingerprint, isUp } = await enrolBoard(call, KEYPAD, { keystore, lock, labelled });
  call.terminal.say(
    isUp
      ? `The keypad ${kid} is up: codes may be typed at it.`
      : `NOT UP: the lock has the keypad ${kid}, and does not hear it.`,
  );
  if (!isUp) {
    call.terminal.warn(
      'Look at its cable and its power, and whether it belongs to another lock, or was removed from this one: then open its case and hold the star for ten seconds. "latchkey keypad" says when it is up.',
    );
  }
  return { exit: isUp ? EXIT.OK : EXIT.UNREACHABLE, json: { lockId: lock.id, keypad: kid, fingerprint, isUp } };
}

async function remove(call: Call): Promise<Outcome> {
  const [given] = call.positionals;
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const kid = await asOwner(call, keystore, lock, (session) => removeBoard(KEYPAD, { keystore, lock, session, given }));
  call.terminal.say(`Removed: the lock hears the keypad ${kid} no more.`);
  return { exit: EXIT.OK, json: { lockId: lock.id, keypad: kid } };
}

async function list(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { boards } = await asOwner(call, keystore, lock, async ({ status }) => status);
  for (const board of boards) call.terminal.say(sayBoard(board));
  if (boards.length === 0) call.terminal.say('No keypad is enrolled: "latchkey keypad enrol" lets the lock hear one.');
  return { exit: EXIT.OK, json: { lockId: lock.id, boards: boards.map(boardObject) } };
}
