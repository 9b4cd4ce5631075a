// `latchkey owners`: whose keys the lock takes for its owners'.
// Why: before a key is thrown out, or a flat is bought, one wants to see who else has one, as the lock itself says.
// Follows docs/protocol.cddl, `status` (9 and 15).

import { toBase64url } from "../../firmware/bytes.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT } from "../failure.ts";
import { asKeyHolder, CUSTODY_OPTIONS } from "../inside.ts";
import { nameOfOwner, recoveryName } from "../known.ts";
import { counted, printable } from "../terminal.ts";

/** The command `owners`. */
export const owners: Command = {
  name: "owners",
  summary: "Say whose keys are owners' at a lock, as the lock reports it",
  positionals: [],
  options: CUSTODY_OPTIONS,
  help: [
    "A key is shown by its name at the lock, 11 letters and digits, and by what you called it when you added it. The words",
    "on paper are not in the list: nobody can remove them, and they can remove everybody else.",
  ],
  examples: ["owners", "owners --lock home --json", "owners --recovery"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const status = await asKeyHolder(call, keystore, lock, async (custody) => custody.status);
  const found = status.owners.map(({ kid, seq }) => {
    const key = toBase64url(kid);
    return { key, name: nameOfOwner(keystore.person, lock, key) ?? null, statements: seq };
  });
  for (const { key, name, statements } of found) {
    const called = name === null ? "(no name here)" : printable(name);
    call.terminal.say(`${key}  ${called.padEnd(20)} ${counted(statements, "statement")}`);
  }
  const paper = status.recovery === undefined ? undefined : toBase64url(status.recovery.kid);
  const isMine = paper === recoveryName(keystore.person);
  call.terminal.say(`Words on paper: ${sayPaper(paper, isMine)}`);
  return { exit: EXIT.OK, json: { lockId: lock.id, owners: found, recovery: paper ?? null, isRecoveryMine: isMine } };
}

function sayPaper(paper: string | undefined, isMine: boolean): string {
  if (paper === undefined) return "the lock has lost their key; only a factory reset helps";
  return isMine ? "yours" : `not the ones of your "latchkey init" (${paper}); whoever has them can take this lock over`;
}
