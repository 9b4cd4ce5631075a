// An invitation on its way to a guest: as text, a file or a QR code, with a summary of what it allows.
// Why: the giver should read what was signed, from the signed bytes themselves, before it is sent.
// Follows docs/protocol.cddl, `invitation`.

import qrcode from "qrcode";
import { type Bytes, toBase64url } from "../firmware/bytes.ts";
import type { Zone } from "../firmware/time/zone.ts";
import { allowanceObject, isEverOpen, readAllowance, sayAllowance } from "./allowance.ts";
import type { Call } from "./command.ts";
import { encodeInvitation } from "./invitation.ts";
import type { Keystore } from "./keystore.ts";
import { presentSeconds } from "./moment.ts";
import { writeText } from "./output.ts";
import { type Filled, sayFilled } from "./role.ts";
import { printable } from "./terminal.ts";

const NEVER_OPEN =
  "None of its hours lies between its begin and its end, so it opens nothing: give other hours, or another end.";

/** What was signed, and what its giver should know of it. */
export interface Made {
  readonly token: Bytes;
  /** X25519, 32 bytes. */
  readonly agreementKey: Bytes;
  readonly who: string;
  readonly zone: Zone;
  /** How the giver takes it back. @param link its name */
  readonly sayTakeBack: (link: string) => string;
  /** Why it may not work at the door, a sentence each. */
  readonly doubts: readonly string[];
  readonly filled: Pick<Filled, "role" | "words">;
}

/** Notes a grant in the keystore and hands it over. @returns what --json prints */
export async function handOver(call: Call, keystore: Keystore, made: Made): Promise<Record<string, unknown>> {
  const { token, agreementKey, who, zone, sayTakeBack, filled } = made;
  const allowance = readAllowance(token);
  const { link, lockId, until } = allowance;
  const invitation = encodeInvitation({ agreementKey, token });
  const file = call.option("out");
  const issued = presentSeconds();
  const doubts = isEverOpen(allowance, { zone, now: issued }) ? made.doubts : [...made.doubts, NEVER_OPEN];
  const holder = toBase64url(allowance.holder);
  const { grants } = keystore.person;
  const grant = { link, lockId, who, holder, until, issued, token: toBase64url(token) };
  // Before it is handed over: whoever holds a grant that its giver's list does not name keeps it when all others are taken back.
  keystore.update(() => void grants.push(grant));
  if (file !== undefined) {
    try {
      writeText(file, invitation);
    } catch (error) {
      keystore.update(() => void grants.splice(grants.indexOf(grant), 1));
      throw error;
    }
  }
  for (const line of sayFilled(filled)) call.terminal.say(line);
  for (const line of sayAllowance(allowance, zone)) call.terminal.say(line);
  call.terminal.say(`Name:     ${link}  (to take it back${sayTakeBack(link)})`);
  for (const doubt of doubts) call.terminal.warn(doubt);
  call.terminal.say("");
  if (file !== undefined)
    call.terminal.say(`The invitation is in ${printable(file)}; your guest runs "latchkey accept FILE".`);
  else call.terminal.say(`Send your guest this invitation, for "latchkey accept":\n${invitation}`);
  if (call.has("qr"))
    call.terminal.showPicture(await qrcode.toString(invitation, { type: "utf8", errorCorrectionLevel: "L" }));
  return {
    invitation,
    file: file ?? null,
    role: filled.role ?? null,
    filled: filled.words,
    warnings: doubts,
    ...allowanceObject(allowance),
  };
}
