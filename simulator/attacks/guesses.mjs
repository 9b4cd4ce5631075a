// The twins of the checks about codes: T12, T13, T34, T38, T39 and T48. See twins.mjs, whose table goes on here.
// Why: one table of all twins would be longer than a file may be, and these belong together.

import { rewrite } from "./rewrites.mjs";

const CODES = "lock/codes/codes.ts";
const GUESS = "lock/codes/guess.ts";
const CANDIDATES = "lock/codes/candidates.ts";
const WINDOWS = "lock/codes/windows.ts";
const WINDOW = "firmware/codes/window.ts";
const PHONES_LINE = "if (request === undefined || SECRET_KINDS.includes(request.kind)) this.#crypto.wipe(plaintext);";

// A level that begins anew at every start.
const FORGETTING = rewrite(CODES, "level: Math.min(memory.state.budget, CAPACITY), now", "level: CAPACITY, now");

// Records of codes that are not read again at a start.
const FORGETTING_CODES = [
  rewrite(
    "firmware/journal/store.ts",
    "    applyEntry(crypto, state, entry, record);\n  } catch",
    '    if (entry.kind !== "code") applyEntry(crypto, state, entry, record);\n  } catch',
  ),
];

/** Rows as in twins.mjs. */
export const GUESS_TWINS = Object.freeze([
  {
    id: "T12",
    without: "the price of half a code",
    rewrites: [
      rewrite(CANDIDATES, "digits: isDual ? weakerOf(length) : length", "digits: isDual ? 12 : length"),
      rewrite(CANDIDATES, "if (!tested.includes(weakerOf(digits))) continue;"),
    ],
  },
  {
    id: "T12",
    without: "a charge for a guess",
    at: "a pause answers the right code as well as wrong ones",
    rewrites: [rewrite(CODES, "    this.#budget.charge(cost, now);")],
  },
  {
    id: "T12",
    without: "a price for each code that a guess may hit",
    at: "a burst hits with no more than the capacity",
    rewrites: [rewrite(GUESS, "const price = sums[digits] * PRICES[digits];", "const price = PRICES[digits];")],
  },
  {
    id: "T12",
    without: "the slow refill",
    rewrites: [rewrite(GUESS, "export const REFILL_PER_SECOND = 155;", "export const REFILL_PER_SECOND = 1_550;")],
  },
  {
    id: "T12",
    without: "a pause for right codes",
    at: "a pause answers the right code as well as wrong ones",
    rewrites: [
      rewrite(
        CODES,
        "    if (tested.length === 0) {\n",
        "    if (tested.length === 0 && this.#candidates.match(memory.state, digits, paused) === undefined) {\n",
      ),
    ],
  },
  {
    id: "T12",
    without: "the difference between wire and radio",
    at: "no code opens from a phone's radio with the keypad's own keys",
    rewrites: [
      rewrite(
        "lock/lock.ts",
        "    this.#phones.received(connection, frame, now);",
        "    this.#phones.received(connection, frame, now);\n    this.#outside.received(frame, now);",
      ),
    ],
  },
  {
    id: "T12",
    without: "dropping plain frames on the wire",
    at: "no code opens from a plain frame on the wire",
    rewrites: [
      rewrite(
        "lock/peers.ts",
        '    else throw new Fault("link.shape");',
        "    else this.#desk.heard(this.#peers[0], bodyOf(frame).slice(), now);",
      ),
    ],
  },
  {
    id: "T13",
    without: "a charge that is durable before the compare",
    at: "what was compared is paid for, whenever power fails",
    rewrites: [rewrite(CODES, '    if (!this.#charge(cost, now)) return "no";', "    this.#budget.charge(cost, now);")],
  },
  {
    id: "T13",
    without: "the pause after a start",
    at: "nobody is served in the first seconds after a start",
    rewrites: [rewrite("lock/codes/pace.ts", "this.#from = millis(now + ENTRY_MILLIS);", "this.#from = millis(now);")],
  },
  {
    id: "T13",
    without: "a level that outlives a restart",
    at: "a restart keeps the pause",
    rewrites: [FORGETTING],
  },
  {
    id: "T13",
    without: "a refund of one's own price alone",
    at: "a right code gives back its own price, and no guess",
    rewrites: [rewrite(CODES, "this.#budget.giveBack(own, now);", "this.#budget.giveBack(CAPACITY, now);")],
  },
  {
    id: "T34",
    without: "the lock's name in the key of its codes",
    at: "a code of another lock fails",
    rewrites: [rewrite(WINDOW, "salt: fromAscii(lockId), info: LABEL", "salt: new Uint8Array(11), info: LABEL")],
  },
  {
    id: "T34",
    without: "the hour in a code",
    at: "class 0 opens in its last second",
    rewrites: [rewrite(WINDOW, "putU32(message, 5, window.startHour);")],
  },
  {
    id: "T34",
    without: "the end of a window",
    at: "class 0 does not open after its last second",
    rewrites: [
      rewrite(
        WINDOW,
        "return hours < FIRST_USE_HOURS_MAX ? hours : FIRST_USE_HOURS_MAX;",
        "return hours < FIRST_USE_HOURS_MAX ? hours + 1 : FIRST_USE_HOURS_MAX;",
      ),
    ],
  },
  {
    id: "T34",
    without: "codes that stay spent through a cut",
    at: "a code that is good once is spent through a cut",
    rewrites: FORGETTING_CODES,
  },
  {
    id: "T34",
    without: "an owner's list of codes",
    at: "a code that its owner took back fails",
    rewrites: [rewrite(WINDOWS, '  if (revoked.has(crypto, each)) return "revoked";\n')],
  },
  {
    id: "T34",
    without: "a look at the owner's present secret",
    at: "a new secret ends all codes of the former one",
    rewrites: [
      rewrite(
        CANDIDATES,
        "if (this.#owners?.secrets === secrets) return",
        "if (this.#owners !== undefined && this.#owners.keys.length > 0) return",
      ),
    ],
  },
  {
    id: "T34",
    without: "the price of ten digits",
    at: "a burst costs what the budget holds",
    rewrites: [rewrite(GUESS, "1e5, 1e4, 1e3, 1e2, 1e1, 1]", "1e5, 1e4, 1e3, 5e1, 1e1, 1]")],
  },
  {
    id: "T38",
    without: "decoys",
    at: "decoys stand before a code",
    rewrites: [
      rewrite(
        CANDIDATES,
        "if (!tested.includes(digits) || digits > entry.length) continue;",
        "if (!tested.includes(digits) || digits !== entry.length) continue;",
      ),
    ],
  },
  {
    id: "T38",
    without: "one place for decoys",
    at: "and nowhere else",
    rewrites: [
      rewrite(
        CANDIDATES,
        "      found = this.#matchPin(state, end) ?? found;",
        "      found = this.#matchPin(state, end) ?? this.#matchPin(state, entry.subarray(0, digits)) ?? found;",
      ),
    ],
  },
  {
    id: "T38",
    without: "silence at a code under duress",
    at: "duress looks like any other code by its signals",
    rewrites: [
      rewrite(
        "lock/outside.ts",
        'duress: () => desk.notifyOwners("duress")',
        'duress: () => void (desk.notifyOwners("duress"), this.#parts.indicator.signal("alarm"))',
      ),
    ],
  },
  {
    id: "T38",
    without: "as few records under duress as without",
    at: "duress looks like any other code by its words",
    rewrites: [
      rewrite(CODES, "if (isForced(use)) desk.duress();", 'if (isForced(use)) desk.recorder.alarm("siege", now);'),
    ],
  },
  {
    id: "T38",
    without: "a word to owners",
    at: "owners are told of duress",
    rewrites: [rewrite("lock/outside.ts", 'duress: () => desk.notifyOwners("duress")', "duress: () => {}")],
  },
  {
    id: "T38",
    without: "forgetting a PIN that an owner set",
    at: "the lock forgets a PIN that an owner sets",
    rewrites: [rewrite("lock/phone.ts", PHONES_LINE)],
  },
  {
    id: "T38",
    without: "wiping what a keypad sent",
    at: "digits are wiped at both ends, and in no answer to an owner",
    rewrites: [rewrite("lock/peers.ts", "      this.#crypto.wipe(plaintext);")],
  },
  {
    id: "T38",
    without: "hashing a PIN before it is written",
    at: "digits are in no record and no other byte of the flash",
    rewrites: [
      rewrite(
        "firmware/codes/pin.ts",
        "  const kept = mac.slice(0, MAC_BYTES);",
        "  const kept = new Uint8Array(MAC_BYTES);\n  kept.set(digits);",
      ),
    ],
  },
  {
    id: "T39",
    without: "comparing on after something was found",
    at: "the same tables are searched for the first six digits",
    rewrites: [
      rewrite(
        CANDIDATES,
        "if (!tested.includes(digits) || digits > entry.length) continue;",
        "if (!tested.includes(digits) || digits > entry.length || found !== undefined) continue;",
      ),
    ],
  },
  {
    id: "T39",
    without: "one end for codes of the next hour",
    at: "the same tables are searched for a window's code of the next hour",
    rewrites: [
      rewrite(
        WINDOWS,
        "      if (isSame && !isHere) return undefined;\n      if (isSame) return",
        "      if (isSame && isHere) return",
      ),
    ],
  },
  {
    id: "T39",
    without: "a search of the whole table",
    at: "the same tables are searched for the first six digits",
    rewrites: [
      rewrite(
        WINDOWS,
        "      const number = crypto.find(this.#tags.subarray(0, places * TAG_BYTES), TAG_BYTES, tag);",
        `      let begin = 0;
      while (begin < places - 1 && this.#tags[begin * TAG_BYTES] !== tag[0]) begin += 1;
      const near = crypto.find(this.#tags.subarray(begin * TAG_BYTES, places * TAG_BYTES), TAG_BYTES, tag);
      const number = near < 0 ? near : near + begin;`,
      ),
    ],
  },
  {
    id: "T48",
    without: "what is kept for ten digits",
    at: "ten digits under a siege of 6",
    rewrites: [rewrite(GUESS, "export const RESERVE = 10_000_000;", "export const RESERVE = 0;")],
  },
  {
    id: "T48",
    without: "the low price of twelve digits",
    at: "twelve digits open under siege",
    rewrites: [rewrite(GUESS, "1e4, 1e3, 1e2, 1e1, 1]", "1e4, 1e3, 1e2, 1e1, 1e5]")],
  },
  {
    id: "T48",
    without: "a refill",
    at: "six digits return within 9 hours",
    rewrites: [rewrite(GUESS, "export const REFILL_PER_SECOND = 155;", "export const REFILL_PER_SECOND = 15;")],
  },
]);
