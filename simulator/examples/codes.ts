// One example of what goes over the wires and into flash for codes: users, credentials, windows, and what came of them.
// Why: they are many, and belong together.
// Follows docs/protocol.cddl, "Codes".

import { type Bytes, fromAscii } from "../../firmware/bytes.ts";
import type { CodeUse, Credential } from "../../firmware/codes/credential.ts";
import type { UserSetting } from "../../firmware/codes/form.ts";
import type { Holiday } from "../../firmware/codes/user.ts";
import type { WritableEntry } from "../../firmware/journal/entry.ts";
import { encodeAnswer, encodeRequest } from "../../firmware/link/message.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Example } from "../examples.ts";
import { type Cast, NOW, repeated } from "./keys.ts";

const DAY_SECONDS = 86_400;
/** Working days, from eight for eight hours. */
const WORK = Object.freeze([31, 480, 480]);
const PIN: Credential = Object.freeze({
  slot: 3,
  user: 5,
  type: "pin",
  digits: 6,
  value: repeated(0x50, 16),
  lastStep: 0,
});
const CLEANER: UserSetting = Object.freeze({
  name: "Ana",
  type: "weekDaySchedule",
  rule: "single",
  isEnabled: true,
  camera: 0,
  holder: undefined,
  weekDays: WORK,
  yearDays: [],
  expiryMinutes: undefined,
});

/** Gives the examples of requests and answers. */
export function codeMessages(cast: Cast): readonly Example[] {
  const request = (says: string, bytes: Bytes): Example => ({ rule: "request", says, bytes });
  const answer = (says: string, bytes: Bytes): Example => ({ rule: "answer", says, bytes });
  const credential = { user: 5, type: "pin", value: fromAscii("482915") } as const;
  const { creator, modifier } = { creator: cast.owner.kid, modifier: cast.owner.kid };
  const user = { ...CLEANER, index: 5, firstUsed: undefined, creator, modifier };
  return [
    request(
      "sets the secret of the owner's window codes",
      encodeRequest({ kind: "codeSecret", id: 10, secret: repeated(0x4b, 32) }),
    ),
    request("sets a user", encodeRequest({ kind: "user", id: 11, index: 5, isNew: true, setting: CLEANER })),
    request("removes a user", encodeRequest({ kind: "user", id: 12, index: 5, isNew: false, setting: undefined })),
    request("sets a PIN", encodeRequest({ kind: "credential", id: 13, slot: 3, credential })),
    request("asks for the users", encodeRequest({ kind: "users", id: 14, from: 1 })),
    request("sets the holidays", encodeRequest({ kind: "holidays", id: 15, holidays: holidays() })),
    request("asks which board offers itself", encodeRequest({ kind: "offer", id: 16 })),
    answer(
      "users",
      encodeAnswer({ kind: "users", id: 14, holidays: holidays(), users: [{ user, credentials: [PIN] }] }),
    ),
    answer(
      "a keypad offers itself",
      encodeAnswer({
        kind: "offer",
        id: 16,
        board: { role: 1, agreementKey: repeated(0x41, 32), signingKey: repeated(0x53, 32) },
      }),
    ),
  ];
}

/** Gives the examples of records. */
export function codeRecords(cast: Cast): readonly (readonly [string, string, WritableEntry])[] {
  const actor = cast.owner.kid;
  const startHour = Math.floor(NOW / 3_600);
  const window: CodeUse = { by: "window", owner: actor, window: { windowClass: 3, serial: 0, startHour } };
  const duress: CodeUse = { by: "user", user: 6, slot: 4, step: 0, first: 0, isDuress: true };
  return [
    ["budget-7", "a tenth of the guesses is spent", { kind: "budget", level: 90_000_000 }],
    ["code-24", "a code that is good once opens", { kind: "code", operation: 0, isHalf: false, use: window }],
    ["code-24", "somebody opens under duress", { kind: "code", operation: 0, isHalf: false, use: duress }],
    ["user-25", "a cleaner on working days", { kind: "user", actor, index: 5, setting: CLEANER }],
    ["user-25", "the cleaner is removed", { kind: "user", actor, index: 5, setting: undefined }],
    ["credential-26", "her PIN", { kind: "credential", actor, slot: 3, credential: PIN }],
    ["secret-27", "of the owner's window codes", { kind: "secret", actor, sealed: repeated(0x5e, 60) }],
    ["holidays-28", "a day in vacation", { kind: "holidays", actor, holidays: holidays() }],
    ["code-refusal-29", "the same code again", { kind: "code-refusal", use: window, denial: "uses", count: 2 }],
  ];
}

function holidays(): readonly Holiday[] {
  return [{ from: NOW, until: seconds(NOW + DAY_SECONDS), mode: "vacation" }];
}
