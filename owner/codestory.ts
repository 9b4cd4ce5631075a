// What the journal's records of codes say, in words: who typed, whose code it was, and what owners set.
// Why: the lock writes numbers of users and windows, never names of codes; whoever reads the story knows both.
// Follows docs/protocol.cddl, `code-24` to `code-refusal-29`.

import { toBase64url } from "../firmware/bytes.ts";
import type { CodeUse, UsedWindow } from "../firmware/codes/credential.ts";
import type { UserSetting } from "../firmware/codes/form.ts";
import { WINDOW_CLASSES } from "../firmware/codes/window.ts";
import type { CodeEntry } from "../firmware/journal/codes.ts";
import { PERMISSIONS } from "./allowance.ts";
import { sayProof } from "./footage.ts";
import { counted, printable } from "./terminal.ts";
import { sayType } from "./user.ts";

/** Who has a code: by the name that `windowName` gives. */
export type KnownCodes = ReadonlyMap<string, string>;

/** What is said of a record. */
export interface Told {
  readonly who: string;
  readonly how: string;
  readonly result: string;
}

const DURESS = ", UNDER DURESS";
const DONE = "done";
/** Of an opening until its end comes. */
export const PENDING = "no end is recorded yet";

/** Gives the name of a window code among all owners'. @param window of an owner, by base64url of the kid8 */
export function windowName(owner: string, { windowClass, serial, startHour }: UsedWindow["window"]): string {
  return `${owner} ${windowClass} ${serial} ${startHour}`;
}

/** Tells of codes, in the order of the records: users have the names that they had then. */
export class CodeStory {
  private readonly codes: KnownCodes;
  private readonly nameOf: (kid: Uint8Array) => string;
  /** By their numbers. */
  private readonly users = new Map<number, string>();
  /** Whose a slot is. */
  private readonly slots = new Map<number, number>();

  /** @param nameOf the name of a key */
  constructor(codes: KnownCodes, nameOf: (kid: Uint8Array) => string) {
    this.codes = codes;
    this.nameOf = nameOf;
  }

  /** Takes a record. @returns undefined for one that only counts: what is left of the guesses */
  tell(entry: CodeEntry): Told | undefined {
    switch (entry.kind) {
      case "budget":
        return undefined;
      case "code": {
        const { use, isHalf, operation, cameraProof } = entry;
        const proof = sayProof(cameraProof);
        const what = `${PERMISSIONS[operation] ?? operation}${proof === "" ? "" : ` (${proof})`}`;
        const result = isHalf ? "the first half; the second is waited for" : PENDING;
        return { who: this.whoseUse(use), how: `${this.howUse(use)}, ${what}`, result };
      }
      case "code-refusal": {
        const { use, denial, count } = entry;
        const times = count === 1 ? "" : `, ${count} times`;
        return {
          who: this.whoseUse(use),
          how: this.howUse(use),
          result: `refused: ${denial ?? "for a newer reason"}${times}`,
        };
      }
      case "user":
        return this.tellUser(entry.actor, entry.index, entry.setting);
      case "credential": {
        const { actor, slot, credential } = entry;
        const user = credential?.user ?? this.slots.get(slot);
        const whose = user === undefined ? "" : ` ${credential === undefined ? "of" : "for"} ${this.userOf(user)}`;
        if (credential === undefined) this.slots.delete(slot);
        else this.slots.set(slot, credential.user);
        const what =
          credential === undefined ? `clears slot ${slot}${whose}` : `sets ${sayCredential(credential)}${whose}`;
        return { who: this.owner(actor), how: what, result: DONE };
      }
      case "secret":
        return {
          who: this.owner(entry.actor),
          how: "sets the secret of window codes",
          result: "this owner's former codes are over",
        };
      case "holidays": {
        const { length } = entry.holidays;
        const result = length === 0 ? "none" : counted(length, "holiday");
        return { who: this.owner(entry.actor), how: "sets the holidays", result };
      }
    }
  }

  private tellUser(actor: Uint8Array, index: number, setting: UserSetting | undefined): Told {
    const former = this.users.get(index);
    if (setting === undefined) {
      this.users.delete(index);
      for (const [slot, user] of this.slots) if (user === index) this.slots.delete(slot);
      return { who: this.owner(actor), how: `removes user ${sayUser(index, former)}`, result: DONE };
    }
    const name = printable(setting.name);
    this.users.set(index, name);
    const type = `${sayType(setting.type)}${setting.rule === "single" ? "" : `, ${setting.rule}`}`;
    const result = setting.isEnabled ? type : `${type}, disabled`;
    return { who: this.owner(actor), how: `sets user ${sayUser(index, name)}`, result };
  }

  /** Whose code it was. */
  private whoseUse(use: CodeUse): string {
    if (use.by === "user") {
      const both = use.first === 0 ? "" : `${this.userOf(use.first)} and `;
      return `${both}${this.userOf(use.user)}${use.isDuress ? DURESS : ""}`;
    }
    const owner = toBase64url(use.owner);
    const name = this.codes.get(windowName(owner, use.window));
    return name === undefined || name === "" ? `a code of ${this.nameOf(use.owner)}` : printable(name);
  }

  private howUse(use: CodeUse): string {
    if (use.by === "user") return use.step === 0 ? "keypad, PIN" : "keypad, authenticator";
    const { hours, isOnce } = WINDOW_CLASSES[use.window.windowClass];
    return `keypad, code ${isOnce ? `for once in ${hours} h` : `for ${hours <= 24 ? `${hours} h` : `${hours / 24} d`}`}`;
  }

  private userOf(index: number): string {
    return this.users.get(index) ?? `user ${index}`;
  }

  private owner(kid: Uint8Array): string {
    return `owner ${this.nameOf(kid)}`;
  }
}

function sayUser(index: number, name: string | undefined): string {
  return name === undefined ? String(index) : `${index} (${name})`;
}

function sayCredential({ type, digits }: { readonly type: "pin" | "totp"; readonly digits: number }): string {
  return type === "pin" ? `a PIN of ${digits} digits` : "an authenticator's secret";
}
