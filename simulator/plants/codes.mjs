// Planted bugs of the keypad's wire and of codes: what is charged, compared, spent and believed.
// Why: plants.mjs is the whole table; these are the ones that a reader of the codes looks for.

import { CIPHER, rewrite } from "../attacks/rewrites.mjs";

const CODES = "lock/codes/codes.ts";
const WINDOWS = "lock/codes/windows.ts";
const BOARDS = "lock/boards.ts";
const PEERS = "lock/peers.ts";
const WINDOW = "firmware/codes/window.ts";
const STATE = "firmware/codes/state.ts";
const USER = "firmware/codes/user.ts";
const NOT_GOOD = "opened for a code that is not good";
const NOBODY_TYPED = "opened for a code that nobody typed";
const ROSE = "the budget of guesses rose";
const UNCHARGED = "compared before the charge was written";
const CHARGE = 'if (!this.#charge(cost, now)) return "no";';
const MATCH = "const match = this.#candidates.match(memory.state, digits, tested);";
const WRONG = "{ admission, now });\n    recorder.wrongCode(now);";

/** Rows as plants.mjs describes them. */
export const CODE_PLANTS = Object.freeze([
  {
    name: "compare a code before the guess is charged",
    by: [UNCHARGED, ROSE],
    rewrites: [
      rewrite(
        CODES,
        `${CHARGE}\n    ${MATCH}`,
        `${MATCH}\n    if (match === undefined && !this.#charge(cost, now)) return "no";`,
      ),
    ],
  },
  {
    name: "charge no guess",
    by: [UNCHARGED, "a guess was free", ROSE],
    rewrites: [rewrite(CODES, CHARGE)],
  },
  {
    name: "forget the budget of guesses at a restart",
    by: [ROSE],
    rewrites: [rewrite(CODES, "level: Math.min(memory.state.budget, CAPACITY), now", "level: CAPACITY, now")],
  },
  {
    name: "give the charge of a wrong code back",
    by: [ROSE],
    rewrites: [
      rewrite(CODES, WRONG, "{ admission, now });\n    this.#giveBack(admission, { digits: digits.length }, now);"),
    ],
  },
  {
    name: "spend no code that is good once",
    by: [NOT_GOOD],
    rewrites: [
      rewrite(
        STATE,
        'if (use.by === "window") return withWindow(crypto, codes, use, lo);',
        'if (use.by === "window") return lo < 0 ? withWindow(crypto, codes, use, lo) : { codes, isFirst: false };',
      ),
    ],
  },
  {
    name: "open after a code's window",
    by: [NOT_GOOD],
    rewrites: [
      rewrite(CODES, 'if (!isOpen(use.window, interval, { widthMax, isActive })) return "code";'),
      rewrite(
        WINDOWS,
        "WINDOW_CLASSES.map((_, index) => firstUseHours(index) + 1)",
        "WINDOW_CLASSES.map((_, index) => firstUseHours(index) + 3)",
      ),
    ],
  },
  {
    name: "open for a code whose first use came too late",
    by: [NOT_GOOD],
    rewrites: [rewrite(WINDOW, "export const FIRST_USE_HOURS_MAX = 24;", "export const FIRST_USE_HOURS_MAX = 30;")],
  },
  {
    name: "open for a code that was taken back",
    by: [NOT_GOOD],
    rewrites: [rewrite(WINDOWS, '  if (revoked.has(crypto, each)) return "revoked";\n')],
  },
  {
    name: "take a step of an authenticator again",
    by: [NOT_GOOD],
    rewrites: [
      rewrite(CODES, 'if (use.step > 0 && use.step <= last && !(isFree && use.step === last)) return "uses";'),
    ],
  },
  {
    name: "let a disposable user in again",
    from: 8,
    by: [NOT_GOOD],
    rewrites: [rewrite(USER, 'return user.firstUsed === undefined ? undefined : "uses";', "return undefined;")],
  },
  {
    name: "let a week-day user in on any day",
    by: [NOT_GOOD],
    rewrites: [rewrite(USER, "return judgeSchedules(user.weekDays, [], moment);", "return undefined;")],
  },
  {
    name: "do a repeated command twice",
    from: 6,
    by: ["an entry was served twice"],
    rewrites: [
      rewrite(
        BOARDS,
        "if (known.last === undefined || !this.#crypto.isEqual(known.last.id, id)) {",
        "if (known.last === undefined || id.length > 0) {",
      ),
    ],
  },
  {
    name: "believe a frame without its tag",
    by: [NOBODY_TYPED, "the lock threw", "answered a stale frame"],
    rewrites: [
      rewrite(
        CIPHER,
        "const plaintext = this.crypto.open(this.keys.receiveKey, this.nonce, aad, bodyOf(frame));",
        `const sealed = bodyOf(frame).slice(0, -16);
    const pad = this.crypto.seal(this.keys.receiveKey, this.nonce, aad, new Uint8Array(sealed.length));
    const plaintext: Bytes | undefined = sealed.map((byte, index) => byte ^ pad[index]);`,
      ),
    ],
  },
  {
    name: "serve a keypad that merely offers itself",
    from: 13,
    by: [NOBODY_TYPED, "an entry was served twice"],
    rewrites: [
      rewrite(
        PEERS,
        'import { Fault } from "../firmware/fault.ts";',
        'import { kid8 } from "../firmware/cose/key.ts";\nimport { Fault } from "../firmware/fault.ts";',
      ),
      rewrite(
        PEERS,
        "return this.#desk.boards.filter(({ role }) => role === this.#desk.role);",
        `const offered = this.#offer?.offer;
    const guest = offered && { ...offered, kid: kid8(this.#crypto, offered.signingKey), sequence: 2 };
    return this.#desk.boards.filter(({ role }) => role === this.#desk.role).concat(guest ?? []);`,
      ),
    ],
  },
  {
    name: "write what was typed to the journal",
    by: ["digits in the clear"],
    rewrites: [
      rewrite(
        CODES,
        WRONG,
        `{ admission, now });
      const nobody = new Uint8Array(8);
      const names = [String.fromCharCode(...digits)];
      memory.tryWrite({ kind: "who", leaf: nobody, holder: nobody, names, root: nobody }, now);`,
      ),
    ],
  },
]);
