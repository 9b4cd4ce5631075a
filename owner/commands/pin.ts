// `latchkey pin`: codes that people type at the keypad, made here or stored in the lock.
// Why: most guests arrive with a number and no app.
// Follows docs/protocol.md §7; each act stands in a file of its own in pin/.

import { optionsOf, positionalsOf, runAct } from "../acts.ts";
import type { Acts, Command } from "../command.ts";
import { fresh, once } from "../pin/give.ts";
import { list } from "../pin/list.ts";
import { revoke } from "../pin/revoke.ts";
import { setup } from "../pin/setup.ts";
import { add, remove } from "../pin/store.ts";
import { TYPES_HELP } from "../user.ts";

const ACTS: Acts = Object.freeze({ new: fresh, once, list, revoke, add, remove, setup });

/** The command `pin`. */
export const pin: Command = {
  name: "pin",
  summary: "Make and take back codes for the keypad: for a time, or stored",
  positionals: positionalsOf(ACTS),
  options: optionsOf(ACTS),
  help: [
    "new and once need no network at all: the code follows from a secret that the lock got when you adopted it. Its window",
    "begins at a whole hour of UTC and has one of 18 lengths, up to 28 days; what is printed is what the lock does. A code",
    "for days must be used within 24 hours of its begin, or it never opens. Two can be given out for each length and begin.",
    "Of one person only one computer should give out codes: a copy of its keys does not know which ones are gone.",
    "",
    "add stores a PIN in the lock for people who come again. With --code it stands in your shell's history.",
    ...TYPES_HELP,
    "",
    "Longer codes hold out longer: after too many wrong ones the lock pauses six digits first, ten much later, and twelve",
    "practically never. Grants, owners and the inside are never barred by that.",
  ],
  examples: [
    'pin new --until "today 18:00" --for "Dog sitter"',
    'pin new --from "2026-12-24 14:00" --until 2026-12-27 --for Ana',
    "pin once --within 24h --for Courier",
    'pin add Ana --week "mon-fri 08:00-16:00"',
    "pin add Bob --digits 12 --type disposable",
    'pin revoke "Dog sitter"',
    "pin setup --rotate",
  ],
  acts: ACTS,
  run: (call) => runAct(call, ACTS, "pin"),
};
