// `latchkey grant`: signs a grant for somebody's key.
// Why: this is what an owner gives instead of a metal key.
// Follows docs/protocol.md §2.1 (root token).

import { fromBase64url } from "../../firmware/bytes.ts";
import { PERMISSION_READ_LOG } from "../../firmware/grant/grant.ts";
import { issueRoot } from "../../firmware/grant/issue.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT, usage } from "../failure.ts";
import { handOver } from "../handover.ts";
import { defaultPermissions, doubtsAbout, LIMIT_OPTIONS, readWish } from "../limits.ts";
import { presentSeconds } from "../moment.ts";
import { kidText, signerOf } from "../ownership.ts";
import { ROLES_HELP } from "../role.ts";

const LOG_TELLS =
  "Whoever reads the log also reads which code is for duress, and whether it was used: allow it to nobody who might force you.";
const END_MISSING = '--until is missing: add --until WHEN, such as --until "today 18:00" or --until +2h.';

/** The command `grant`. */
export const grant: Command = {
  name: "grant",
  summary: "Let somebody in, within limits that you choose",
  positionals: [],
  options: { lock: { value: "NAME", help: "which lock, where you own several" }, ...LIMIT_OPTIONS },
  help: [
    "Signs a grant for one person's key and prints an invitation to send them. The lock need not be reached for that.",
    "Times are the lock's wall clock. --to and --until are needed; everything else narrows what is allowed.",
    "Who is allowed read-log reads who came and went, which code is for duress, and whether it was used. No board here has a",
    "voice (talk), or a drive that pulls a latch (unlatch).",
    ...ROLES_HELP,
  ],
  examples: [
    'grant --to KEY --who "Carl, of Parcel Co" --role courier --from "today 14:00"',
    'grant --to KEY --who "Parcel Co" --from "today 14:00" --until "today 16:00" --once',
    'grant --to KEY --who Ana --until 2027-06-30 --weekly "mon-fri 09:00-12:00" --allow unlock,lock',
    'grant --to KEY --who "Parcel Co" --until +3d --uses 2 --delegable 1 --out parcel.txt',
  ],
  run,
};

async function run(call: Call): Promise<Outcome> {
  call.required("to", '--to KEY, which your guest sees with "latchkey id"');
  if (call.option("role") === undefined && call.option("until") === undefined) throw usage(END_MISSING);
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const zone = parseZone(lock.zone);
  const wish = readWish(call, { zone, now: presentSeconds() });
  const { expiry } = wish;
  // Not every role fills it in.
  if (expiry === undefined) throw usage(END_MISSING);
  if (lock.revocation.holders.includes(kidText(wish.key))) {
    throw usage('You took this key back with "revoke --holder", so the lock refuses it: ask your guest for a new one.');
  }
  const signer = signerOf(keystore.person);
  const { generation } = lock.revocation;
  const permissions = wish.permissions ?? defaultPermissions();
  const claims = { ...wish, expiry, permissions, lockId: lock.id, generation };
  const token = issueRoot(signer.kid, claims, signer.sign);
  const agreementKey = fromBase64url(lock.agreementKey);
  const sayTakeBack = (link: string) => `: latchkey revoke ${link}`;
  const doubts = [...doubtsAbout(wish), ...((permissions & PERMISSION_READ_LOG) !== 0 ? [LOG_TELLS] : [])];
  const made = { token, agreementKey, who: wish.name ?? "", zone, sayTakeBack, doubts, filled: wish };
  const json = await handOver(call, keystore, made);
  return { exit: EXIT.OK, json };
}
