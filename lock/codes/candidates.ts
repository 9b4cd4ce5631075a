// All codes that would open now, in tables that are searched as a whole, and what an entry matches among them.
// Why: an entry is compared with every code of a length in one call whose time tells nothing, whether it is right, nearly
// right or wrong (docs/attacks.md T39); and what a guess may cost is the number of codes that it may hit.
// Follows docs/protocol.md §7.

import type { Bytes } from "../../firmware/bytes.ts";
import type { CodeUse, Credential } from "../../firmware/codes/credential.ts";
import { MAC_BYTES, PIN_DIGITS_MAX, PIN_DIGITS_MIN, pinMac } from "../../firmware/codes/pin.ts";
import { findUser } from "../../firmware/codes/state.ts";
import { hotp, TOTP_DIGITS, totpSteps } from "../../firmware/codes/totp.ts";
import type { User } from "../../firmware/codes/user.ts";
import { deriveWindowKey, HOUR_SECONDS, parseCode, WINDOW_DIGITS } from "../../firmware/codes/window.ts";
import { isWindow, WindowSet } from "../../firmware/codes/windowset.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import type { Denial } from "../../firmware/grant/denial.ts";
import type { LockState } from "../../firmware/journal/state.ts";
import { type Millis, millis } from "../../firmware/platform.ts";
import { listsOf } from "../../firmware/policy/keyring.ts";
import { type Interval, TOTP_WIDTH_SECONDS_MAX } from "../../firmware/time/clock.ts";
import type { Memory } from "../memory.ts";
import { DIGITS_MAX, type Lives } from "./guess.ts";
import { totpName, type Vault } from "./vault.ts";
import { type CodeOwner, type WindowContext, WindowTable } from "./windows.ts";

/** What an entry matched: which code, and whose. */
export interface Match {
  /** The length at which it was paid for. */
  readonly digits: number;
  readonly use: CodeUse;
  readonly user: User | undefined;
  /** Why a window code does not open, where it is spent or was taken back. */
  readonly denial?: Denial | undefined;
}

/** The stored codes of one length. */
interface PinTable {
  readonly digits: number;
  /** Whether the authenticator's code follows the PIN. */
  readonly isDual: boolean;
  readonly credentials: readonly Credential[];
  /** Their keyed hashes, 16 bytes each. */
  readonly macs: Bytes;
}

/** The codes that authenticators show now. */
interface TotpTable {
  readonly isDual: boolean;
  readonly rows: readonly { readonly credential: Credential; readonly step: number }[];
  /** 8 digits of ASCII each. */
  readonly codes: Bytes;
}

/** The length at which a PIN with a one-time code behind it is paid for. @param digits of the PIN */
function weakerOf(digits: number): number {
  return digits < TOTP_DIGITS ? digits : TOTP_DIGITS;
}

/** For how many codes of that length it counts: for one PIN, or for the steps that an authenticator may show where they weigh
 *  more. @param digits of the PIN   @param steps that its authenticator may show */
function weakestOf(digits: number, steps: number): number {
  let weight = 1;
  for (let length = digits; length < TOTP_DIGITS; length++) weight *= 10;
  return Math.ceil(steps / weight);
}

const NOBODY: Match | undefined = undefined;
/** How often some of the window codes that are missing are made: longer than that takes, 5 million instructions of a chip, so that
 *  whatever else comes is served in between. */
const FILL_MILLIS = 100;

/** What window codes are made from. */
type FillMemory = Pick<Memory, "state" | "clock" | "interval">;

/** The candidates of one lock. */
export class Candidates {
  readonly #crypto: Crypto;
  readonly #vault: Vault;
  readonly #lockId: string;
  readonly #windows: WindowTable;
  #owners: { readonly secrets: LockState["codes"]["secrets"]; readonly keys: readonly CodeOwner[] } | undefined;
  #context: { readonly of: readonly unknown[]; readonly context: WindowContext } | undefined;
  /** When window codes are made next, and the clock by which that was found. */
  #fillAt = millis(0);
  #filledBy: FillMemory["clock"] | undefined;
  #pins: readonly PinTable[] = [];
  #totps: readonly TotpTable[] = [];
  /** What the tables of PINs and of authenticators were made from. */
  #madeFrom: readonly unknown[] = [];

  constructor(crypto: Crypto, vault: Vault, lockId: string) {
    this.#crypto = crypto;
    this.#vault = vault;
    this.#lockId = lockId;
    this.#windows = new WindowTable(crypto, vault.tagKey);
  }

  /** Whether the window codes of the moment that was prepared are there: before, no entry is compared. */
  get isWhole(): boolean {
    return this.#windows.isWhole;
  }

  /** Brings the window codes up to a moment, or makes some of them that are missing. */
  fill(memory: FillMemory, now: Millis): void {
    if (now < this.nextFill(memory, now)) return;
    const { state, clock } = memory;
    const interval = memory.interval(now);
    if (!this.#windows.prepare(interval, this.#contextOf(state, interval, undefined))) this.#windows.fill();
    this.#filledBy = clock;
    const hourLeft = 1_000 * (HOUR_SECONDS - (interval.lo % HOUR_SECONDS));
    this.#fillAt = millis(now + (this.isWhole ? hourLeft : FILL_MILLIS));
  }

  /** When `fill` has something to do: with a new hour, and at once where somebody told another time or changed what codes there are, so that
   *  no entry waits for that. */
  nextFill({ state, clock }: FillMemory, now: Millis): Millis {
    return clock === this.#filledBy && isFor(this.#context?.of, state) ? this.#fillAt : now;
  }

  /** Brings the tables up to a moment, but for what `fill` makes. @param again what may be used once more, since its visit has just begun:
   *  its code counts though it is spent */
  prepare(state: LockState, interval: Interval, again: CodeUse | undefined): void {
    this.#windows.prepare(interval, this.#contextOf(state, interval, again));
    const { users, credentials } = state.codes;
    const steps = totpSteps(interval, TOTP_WIDTH_SECONDS_MAX);
    const madeFrom = [users, credentials, steps[0], steps.length];
    if (madeFrom.every((part, index) => part === this.#madeFrom[index])) return;
    const counted = credentials.filter(({ user }) => findUser(state.codes, user)?.isEnabled === true);
    const isDual = ({ user }: Credential): boolean => findUser(state.codes, user)?.rule === "dual";
    this.#pins = this.#pinTables(counted, isDual);
    this.#totps = [false, true].map((dual) =>
      this.#totpTable(
        counted.filter((credential) => credential.type === "totp" && isDual(credential) === dual),
        { steps, isDual: dual },
      ),
    );
    this.#madeFrom = madeFrom;
  }

  /** How many codes of each length would open now. A PIN with the authenticator's code behind it counts as its weaker half
   *  (`weakerOf`): whoever holds the phone guesses only the PIN, and whoever saw the PIN only what the phone shows.
   *  @param digits of the entry: longer codes are not tested by it */
  lives(digits: number): readonly Lives[] {
    const lives: Lives[] = [{ digits: WINDOW_DIGITS, live: this.#windows.live }];
    for (const table of this.#totps) {
      if (!table.isDual) lives.push({ digits: TOTP_DIGITS, live: table.rows.length });
    }
    for (const { digits: length, isDual, credentials } of this.#pins) {
      const whole = isDual ? length + TOTP_DIGITS : length;
      if (whole > digits) continue;
      const each = isDual ? weakestOf(length, this.#stepsEach) : 1;
      lives.push({ digits: isDual ? weakerOf(length) : length, live: credentials.length * each });
    }
    return lives.filter((row) => row.live > 0 && row.digits <= digits);
  }

  /** Compares an entry with every code of the lengths that are tested, all of them whatever is found.
   *  @param entry ASCII, 1..20 digits: the code is its end @returns the longest that matches, or undefined */
  match(state: LockState, entry: Bytes, tested: readonly number[]): Match | undefined {
    let found = NOBODY;
    // Shortest first: a longer one takes its place.
    for (let digits = PIN_DIGITS_MIN; digits <= DIGITS_MAX; digits++) {
      if (!tested.includes(digits) || digits > entry.length) continue;
      const end = entry.subarray(entry.length - digits);
      if (digits === TOTP_DIGITS) found = this.#matchTotp(state, end) ?? found;
      found = this.#matchPin(state, end) ?? found;
      if (digits === WINDOW_DIGITS) found = this.#matchWindow(end) ?? found;
    }
    return this.#matchDual(state, entry, tested) ?? found;
  }

  get #stepsEach(): number {
    const dual = this.#totps.find(({ isDual }) => isDual);
    const owners = new Set(dual?.rows.map(({ credential }) => credential.user));
    return dual === undefined || owners.size === 0 ? 0 : dual.rows.length / owners.size;
  }

  #contextOf(state: LockState, interval: Interval, again: CodeUse | undefined): WindowContext {
    const { secrets, spent, active } = state.codes;
    const { keyring, lists, configuration } = state;
    const crypto = this.#crypto;
    const unspent = again?.by === "window" && spent.has(crypto, again) ? again : undefined;
    const of = [secrets, spent, active, lists, keyring, configuration, unspent, interval.hi === undefined];
    const former = this.#context;
    if (former?.of.every((part, index) => part === of[index])) return former.context;
    const context = {
      widthMax: configuration.widthSeconds,
      owners: this.#keysOf(secrets),
      revoked: revokedOf(crypto, listsOf(crypto, keyring, lists)),
      spent: unspent === undefined ? spent : spent.without(crypto, unspent),
      active,
    };
    this.#context = { of, context };
    return context;
  }

  /** A secret that does not open was sealed by another lock, whose flash this is: it makes no codes here. */
  #keysOf(secrets: LockState["codes"]["secrets"]): readonly CodeOwner[] {
    if (this.#owners?.secrets === secrets) return this.#owners.keys;
    const crypto = this.#crypto;
    const keys = secrets.flatMap(({ owner, sealed }) => {
      const secret = this.#vault.unseal(sealed, owner);
      if (secret === undefined) return [];
      const key = deriveWindowKey(crypto, secret, this.#lockId);
      crypto.wipe(secret);
      return [{ kid: owner, key }];
    });
    this.#owners = { secrets, keys };
    return keys;
  }

  #pinTables(credentials: readonly Credential[], isDual: (credential: Credential) => boolean): readonly PinTable[] {
    const tables: PinTable[] = [];
    for (const dual of [false, true]) {
      for (let digits = PIN_DIGITS_MIN; digits <= PIN_DIGITS_MAX; digits++) {
        const own = credentials.filter(
          (credential) => credential.type === "pin" && credential.digits === digits && isDual(credential) === dual,
        );
        if (own.length === 0) continue;
        const macs = new Uint8Array(own.length * MAC_BYTES);
        for (const [index, { value }] of own.entries()) macs.set(value, index * MAC_BYTES);
        tables.push({ digits, isDual: dual, credentials: own, macs });
      }
    }
    return tables;
  }

  #totpTable(
    credentials: readonly Credential[],
    of: { readonly steps: readonly number[]; readonly isDual: boolean },
  ): TotpTable {
    const { steps, isDual } = of;
    const rows: TotpTable["rows"][number][] = [];
    const made = new Uint8Array(credentials.length * steps.length * TOTP_DIGITS);
    for (const credential of credentials) {
      const secret = this.#vault.unseal(credential.value, totpName(credential.slot, credential.user));
      if (secret === undefined) continue;
      for (const step of steps) {
        made.set(hotp(this.#crypto, secret, step, TOTP_DIGITS), rows.length * TOTP_DIGITS);
        rows.push({ credential, step });
      }
      this.#crypto.wipe(secret);
    }
    return { isDual, rows, codes: made.slice(0, rows.length * TOTP_DIGITS) };
  }

  #matchWindow(end: Bytes): Match | undefined {
    const code = parseCode(end);
    const found = this.#windows.find(code);
    this.#crypto.wipe(code);
    if (found === undefined) return undefined;
    const use: CodeUse = { by: "window", owner: found.owner, window: found.window };
    return { digits: WINDOW_DIGITS, use, user: undefined, denial: found.denial };
  }

  #matchTotp(state: LockState, end: Bytes): Match | undefined {
    const row = this.#findTotp(end, false);
    return row === undefined ? undefined : this.#matchOf(state, row, TOTP_DIGITS);
  }

  #matchPin(state: LockState, end: Bytes): Match | undefined {
    const credential = this.#findPin(end, false);
    return credential === undefined ? undefined : this.#matchOf(state, { credential, step: 0 }, end.length);
  }

  /** A PIN of any length, and the authenticator's code of the same person behind it. */
  #matchDual(state: LockState, entry: Bytes, tested: readonly number[]): Match | undefined {
    let found = NOBODY;
    for (let digits = PIN_DIGITS_MIN; digits <= PIN_DIGITS_MAX; digits++) {
      const start = entry.length - TOTP_DIGITS - digits;
      if (start < 0) break;
      if (!tested.includes(weakerOf(digits))) continue;
      const pin = this.#findPin(entry.subarray(start, start + digits), true);
      const row = this.#findTotp(entry.subarray(start + digits), true);
      if (pin === undefined || row?.credential.user !== pin.user) continue;
      found = this.#matchOf(state, row, DIGITS_MAX);
    }
    return found;
  }

  #findPin(digits: Bytes, isDual: boolean): Credential | undefined {
    const table = this.#pins.find((other) => other.digits === digits.length && other.isDual === isDual);
    if (table === undefined) return undefined;
    const mac = pinMac(this.#crypto, this.#vault.pinKey, digits);
    return table.credentials[this.#crypto.find(table.macs, MAC_BYTES, mac)];
  }

  #findTotp(digits: Bytes, isDual: boolean): TotpTable["rows"][number] | undefined {
    const table = this.#totps.find((other) => other.isDual === isDual);
    if (table === undefined || table.rows.length === 0) return undefined;
    return table.rows[this.#crypto.find(table.codes, TOTP_DIGITS, digits)];
  }

  #matchOf(state: LockState, { credential, step }: TotpTable["rows"][number], digits: number): Match {
    const { user: index, slot } = credential;
    const user = findUser(state.codes, index);
    const use: CodeUse = { by: "user", user: index, slot, step, first: 0, isDuress: user?.type === "forced" };
    return { digits, use, user };
  }
}

/** Whether a context was made from what the state is now. @param of its parts, in the order of `#contextOf` */
function isFor(of: readonly unknown[] | undefined, { codes, keyring, lists, configuration }: LockState): boolean {
  if (of === undefined) return false;
  const isOfCodes = of[0] === codes.secrets && of[1] === codes.spent && of[2] === codes.active;
  return isOfCodes && of[3] === lists && of[4] === keyring && of[5] === configuration;
}

/** The codes that owners have taken back, each once. */
function revokedOf(crypto: Crypto, lists: LockState["lists"]): WindowSet {
  let revoked = new WindowSet();
  for (const { owner, codes } of lists) {
    for (const { codeClass: windowClass, serial, start: startHour } of codes) {
      const each = { owner, window: { windowClass, serial, startHour } };
      if (isWindow(each.window) && !revoked.has(crypto, each)) revoked = revoked.with(each);
    }
  }
  return revoked;
}
