// Goal: the record of codes reads as who, how and how it ended, with the names that people had then.
// Method: entries are written with the lock's own encoder into records, and told.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { toBase64url } from "../../firmware/bytes.ts";
import type { CodeUse, Credential } from "../../firmware/codes/credential.ts";
import type { UserSetting } from "../../firmware/codes/form.ts";
import type { WritableEntry } from "../../firmware/journal/entry.ts";
import { encodeEntry, placeOf } from "../../firmware/journal/payload.ts";
import { seconds } from "../../firmware/platform.ts";
import { windowName } from "../codestory.ts";
import { Story } from "../story.ts";

const OWNER = new Uint8Array(8).fill(1);
const OTHER = new Uint8Array(8).fill(2);
const START = seconds(1_795_000_000);
const NAMES = new Map([[toBase64url(OWNER), "you"]]);
const WINDOW = { windowClass: 3, serial: 1, startHour: 498_885 };
const CODES = new Map([[windowName(toBase64url(OWNER), WINDOW), "Carl\u001b[2J"]]);

function lines(...entries: readonly WritableEntry[]): string[] {
  const story = new Story(NAMES, CODES);
  for (const [index, entry] of entries.entries()) {
    const payload = encodeEntry(entry);
    const record = { seq: index + 1, lo: seconds(START + index), width: 60, digest: new Uint8Array(32), size: 64 };
    story.add({ ...placeOf(entry.kind), ...record, width: seconds(60), payload });
  }
  return story.happenings.map(({ who, how, result }) => `${who} | ${how} | ${result}`);
}

function user(index: number, name: string, more: Partial<UserSetting> = {}): WritableEntry {
  const rest = {
    isEnabled: true,
    camera: 0,
    holder: undefined,
    weekDays: [],
    yearDays: [],
    expiryMinutes: undefined,
  } as const;
  const setting: UserSetting = { name, type: "unrestricted", rule: "single", ...rest, ...more };
  return { kind: "user", actor: OWNER, index, setting };
}

function byUser(user: number, more: Partial<Extract<CodeUse, { by: "user" }>> = {}): CodeUse {
  return { by: "user", user, slot: user, step: 0, first: 0, isDuress: false, ...more };
}

function code(use: CodeUse, isHalf = false): WritableEntry {
  return { kind: "code", operation: 0, isHalf, use };
}

function credential(slot: number, user: number, type: Credential["type"], digits: number): WritableEntry {
  const value = new Uint8Array(type === "pin" ? 16 : 48);
  return { kind: "credential", actor: OWNER, slot, credential: { slot, user, type, digits, value, lastStep: 0 } };
}

const PENDING = "no end is recorded yet";
const FOLLOWED = "no end is recorded: another opening followed";

const ROWS: readonly (readonly [claim: string, entries: readonly WritableEntry[], told: readonly string[]])[] = [
  [
    "whom a window code was given to",
    [code({ by: "window", owner: OWNER, window: WINDOW })],
    [`Carl\\u{1b}[2J | keypad, code for once in 24 h, unlock | ${PENDING}`],
  ],
  [
    "whose device made a window code that nobody knows here",
    [
      code({ by: "window", owner: OTHER, window: WINDOW }),
      code({ by: "window", owner: OWNER, window: { ...WINDOW, windowClass: 12 } }),
    ],
    [
      `a code of AgICAgICAgI | keypad, code for once in 24 h, unlock | ${FOLLOWED}`,
      `a code of you | keypad, code for 2 d, unlock | ${PENDING}`,
    ],
  ],
  [
    "the user of a PIN, by the name that they had then",
    [user(3, "Ana"), code(byUser(3)), user(3, "Bob"), code(byUser(3)), code(byUser(4))],
    [
      "owner you | sets user 3 (Ana) | unrestricted",
      `Ana | keypad, PIN, unlock | ${FOLLOWED}`,
      "owner you | sets user 3 (Bob) | unrestricted",
      `Bob | keypad, PIN, unlock | ${FOLLOWED}`,
      `user 4 | keypad, PIN, unlock | ${PENDING}`,
    ],
  ],
  [
    "two people, an authenticator, and duress",
    [
      user(1, "Al", { rule: "two-person" }),
      user(2, "Bo", { type: "forced" }),
      code(byUser(1, { step: 7 }), true),
      code(byUser(2, { first: 1, isDuress: true })),
    ],
    [
      "owner you | sets user 1 (Al) | unrestricted, two-person",
      "owner you | sets user 2 (Bo) | forced",
      "Al | keypad, authenticator, unlock | the first half; the second is waited for",
      `Al and Bo, UNDER DURESS | keypad, PIN, unlock | ${PENDING}`,
    ],
  ],
  [
    "a right code that did not open",
    [
      user(1, "Al", { isEnabled: false }),
      { kind: "code-refusal", use: byUser(1), denial: "hours", count: 3 },
      { kind: "code-refusal", use: { by: "window", owner: OTHER, window: WINDOW }, denial: "mode", count: 1 },
    ],
    [
      "owner you | sets user 1 (Al) | unrestricted, disabled",
      "Al | keypad, PIN | refused: hours, 3 times",
      "a code of AgICAgICAgI | keypad, code for once in 24 h | refused: mode",
    ],
  ],
  [
    "what owners set, and whose a slot was",
    [
      user(1, "Al"),
      credential(5, 1, "pin", 8),
      credential(6, 1, "totp", 8),
      { kind: "credential", actor: OWNER, slot: 5, credential: undefined },
      { kind: "credential", actor: OTHER, slot: 9, credential: undefined },
      { kind: "user", actor: OWNER, index: 1, setting: undefined },
      { kind: "credential", actor: OWNER, slot: 6, credential: undefined },
      { kind: "user", actor: OWNER, index: 1, setting: undefined },
      { kind: "secret", actor: OTHER, sealed: new Uint8Array(60) },
      { kind: "holidays", actor: OWNER, holidays: [] },
      { kind: "holidays", actor: OWNER, holidays: [{ from: START, until: seconds(START + 1), mode: "vacation" }] },
    ],
    [
      "owner you | sets user 1 (Al) | unrestricted",
      "owner you | sets a PIN of 8 digits for Al | done",
      "owner you | sets an authenticator's secret for Al | done",
      "owner you | clears slot 5 of Al | done",
      "owner AgICAgICAgI | clears slot 9 | done",
      "owner you | removes user 1 (Al) | done",
      "owner you | clears slot 6 | done",
      "owner you | removes user 1 | done",
      "owner AgICAgICAgI | sets the secret of window codes | this owner's former codes are over",
      "owner you | sets the holidays | none",
      "owner you | sets the holidays | 1 holiday",
    ],
  ],
  [
    "how a visit from the keypad ended",
    [
      code(byUser(4)),
      {
        kind: "closing",
        intent: 1,
        outcome: "secured",
        openedAfter: 2,
        closedAfter: 3,
        securedAfter: 9,
        witnesses: 3,
      },
    ],
    ["user 4 | keypad, PIN, unlock | door open after 2 s, shut after 3 s, locked after 9 s"],
  ],
  [
    "a grant that came with a code",
    [{ kind: "intent", operation: 0, source: "keypad", actor: OTHER, root: OWNER, spends: [] }],
    [`AgICAgICAgI | keypad and phone, unlock | ${PENDING}`],
  ],
  [
    "what was done to the keypad, who rang, and who guessed",
    [
      { kind: "alarm", alarm: "tamper", count: 1 },
      { kind: "alarm", alarm: "keypad", count: 2 },
      { kind: "alarm", alarm: "siege", count: 1 },
      { kind: "stranger", strangerClass: 3, count: 1 },
      { kind: "stranger", strangerClass: 3, count: 4 },
      { kind: "stranger", strangerClass: 4, count: 7 },
    ],
    [
      "lock | ALARM | tamper (a keypad or the camera was opened, or the keypad's cable cut)",
      "lock | ALARM | keypad (nothing is heard of the keypad), 2 times",
      "lock | ALARM | siege (so many wrong codes that short ones are not tested for now)",
      "somebody | rings | once",
      "somebody | rings | 4 times",
      "stranger | tries | wrong codes, 7 times",
    ],
  ],
  ["nothing of what guesses have cost", [{ kind: "budget", level: 5 }], []],
];
for (const [claim, entries, told] of ROWS) {
  test(`tells ${claim}`, () => assert.equal(lines(...entries), told));
}

test.run();
