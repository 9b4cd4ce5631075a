// What stands outside the door, as the lock knows it: the keypads on the wire, and the codes that are typed there.
// Why: the lock's flow (doorway.ts) asks for a drive of the bolt and nothing else of it; all that a code, a key or a cut cable
// can cause goes through here.
// Follows docs/protocol.md §3.2 and §7.

import type { Bytes } from "../firmware/bytes.ts";
import { secretFingerprint } from "../firmware/codes/window.ts";
import type { Door } from "../firmware/door/state.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import { Bucket } from "../firmware/link/bucket.ts";
import type { CodeAnswer, CodeRequest } from "../firmware/link/codes.ts";
import type { Command, Result, View } from "../firmware/link/command.ts";
import type { Offer } from "../firmware/link/introduction.ts";
import type { BoardRole, BoardState, CodesState, NoticeEvent, Status } from "../firmware/link/message.ts";
import { type Battery, type Indicator, type Millis, millis, type Wire } from "../firmware/platform.ts";
import type { EnrolledBoard } from "../firmware/policy/keyring.ts";
import { ROLE_CAMERA } from "../firmware/role.ts";
import { type BoardDesk, Boards } from "./boards.ts";
import { Codes } from "./codes/codes.ts";
import { setCodes, usersFrom } from "./codes/setting.ts";
import { Vault } from "./codes/vault.ts";
import type { StrangerClass } from "./desk.ts";
import type { GuestDesk } from "./guest.ts";
import { type KeypadDesk, serveKeypad, soundSilence, soundTamper, viewOf } from "./keypad.ts";
import type { Memory } from "./memory.ts";
import type { PeersParts } from "./peers.ts";
import type { Ration } from "./ration.ts";
import type { Recorder } from "./recorder.ts";
import type { Witness } from "./witness.ts";

const ROLES: readonly BoardRole[] = Object.freeze(["keypad", "camera", "bridge"]);
/** Throws of a bolt that has jammed, at the lock key's wish. */
const THROWS = Object.freeze({ atOnce: 1, tryMillis: 60_000 });
const SILENT = Object.freeze({ isCaseOpen: false, isKeyStuck: false, millivolts: 0 });

/** What the outside stands on. */
export interface OutsideParts extends PeersParts {
  readonly wire: Wire;
  readonly memory: Memory;
  readonly recorder: Recorder;
  readonly battery: Battery;
  readonly indicator: Indicator;
  /** What each owner has left of statements. */
  readonly statements: Ration;
  /** The camera: it stands inside, and offers itself and is enrolled as a keypad is. */
  readonly witness: Witness;
}

/** What the lock is at this moment. */
export interface Look {
  readonly door: Door;
  readonly isAlarm: boolean;
  readonly isLeaving: boolean;
  /** Whether its records and keys are about to be erased. */
  readonly isEnding: boolean;
  readonly now: Millis;
}

/** What the outside may reach in the lock. */
export interface OutsideDesk {
  look(): Look;
  guestDesk(): GuestDesk;
  /** Asks the door: 0 unlock, 1 lock, 4 unlatch. */
  act(operation: number, now: Millis): void;
  /** Tells owners who listen. */
  notifyOwners(event: NoticeEvent): void;
  stranger(kind: StrangerClass, now: Millis): void;
}

/** Keypads and codes of one lock. */
export class Outside {
  readonly codes: Codes;
  readonly #parts: OutsideParts;
  readonly #desk: OutsideDesk;
  readonly #vault: Vault;
  readonly #boards: Boards;
  readonly #throws: Bucket;
  /** Whether the last of two that offer themselves who was told was the camera. */
  #isCameraTold = false;

  constructor(parts: OutsideParts, desk: OutsideDesk, now: Millis) {
    const { crypto, random, identity, memory } = parts;
    this.#parts = parts;
    this.#desk = desk;
    this.#vault = new Vault(crypto, random, identity);
    this.codes = new Codes({ crypto, memory, vault: this.#vault, identity }, now);
    this.#throws = new Bucket(THROWS, now);
    this.#boards = new Boards(parts, new Outside.#BoardDesk(this), now);
  }

  /** What the keypads may reach. A class: a function that is made for each lock costs a board 160 bytes. */
  static readonly #BoardDesk = class implements BoardDesk {
    readonly #outside: Outside;

    constructor(outside: Outside) {
      this.#outside = outside;
    }

    get boards(): readonly EnrolledBoard[] {
      return this.#outside.#parts.memory.state.keyring.boards;
    }

    get view(): View {
      return this.#outside.#view;
    }

    serve(board: EnrolledBoard, command: Command, now: Millis): Result {
      return serveKeypad(this.#outside.#keypadDesk(board.kid), board, command, now);
    }

    stranger(kind: StrangerClass, now: Millis): void {
      this.#outside.#desk.stranger(kind, now);
    }

    linkChanged(_: EnrolledBoard, isUp: boolean, now: Millis): void {
      if (!isUp) soundSilence(this.#outside.#parts, now);
    }
  };

  /** Takes one frame from the wire. Total: no bytes make it throw. */
  received(frame: Bytes, now: Millis): void {
    this.#boards.received(frame, now);
  }

  /** Takes the loop that runs in the keypad's cable: somebody cut it, or pulled the keypad off. */
  loopChanged(isClosed: boolean, now: Millis): void {
    if (!isClosed) soundTamper(this.#parts, now);
  }

  /** Shows keypads what the door does. */
  viewChanged(now: Millis): void {
    this.#boards.viewChanged(now);
  }

  /** @param isDriving a drive is looked at often: no codes are made meanwhile */
  tick(now: Millis, isDriving: boolean): void {
    this.#boards.tick(now);
    this.codes.tick(now);
    if (!isDriving) this.codes.fill(now);
  }

  get nextTick(): Millis {
    const codes = this.codes.nextTick;
    const boards = this.#boards.nextTick;
    return boards === undefined ? codes : millis(Math.min(codes, boards));
  }

  /** Does what an owner asks of codes. @param owner 8 bytes @returns why not, or undefined where it is done */
  asked(request: CodeRequest, owner: Bytes, now: Millis): CodeAnswer | Denial | undefined {
    const { memory } = this.#parts;
    const { id } = request;
    if (request.kind === "users") {
      return { kind: "users", id, holidays: memory.state.codes.holidays, users: usersFrom(memory, request.from) };
    }
    if (request.kind === "offer") return { kind: "offer", id, board: this.#nextOffer() };
    if (this.#desk.look().isEnding) return "journal";
    return setCodes({ ...this.#parts, vault: this.#vault }, request, { owner, now });
  }

  /** All of it, as an owner sees it. */
  states(now: Millis): Pick<Status, "boards" | "codes" | "camera"> {
    return { boards: this.#boardStates, codes: this.#codesState(now), camera: this.#parts.witness.state(now) };
  }

  get #boardStates(): readonly BoardState[] {
    const { boards } = this.#parts.memory.state.keyring;
    const { witness } = this.#parts;
    return boards.map(({ kid, role }) => {
      if (role === ROLE_CAMERA) {
        const isUp = witness.isUp(kid);
        return { kid, role: "camera", isUp, ...SILENT, isCaseOpen: isUp && witness.last?.isCaseOpen === true };
      }
      const report = this.#boards.lastReport(kid) ?? SILENT;
      return { kid, role: ROLES[role - 1], isUp: this.#boards.isUp(kid), ...report };
    });
  }

  #codesState(now: Millis): CodesState {
    const { crypto, identity, memory } = this.#parts;
    const pausedDigits = this.codes.pausedDigits(now);
    // One that does not open was sealed by another lock: it makes no codes here.
    const secrets = memory.state.codes.secrets.flatMap(({ owner, sealed }) => {
      const secret = this.#vault.unseal(sealed, owner);
      if (secret === undefined) return [];
      const fingerprint = secretFingerprint(crypto, secret, identity.lockId);
      crypto.wipe(secret);
      return [{ owner, fingerprint }];
    });
    return { budget: this.codes.level(now), secrets, pausedDigits };
  }

  /** Gives what offers itself on either wire; where both do, each in its turn: whoever looks for one asks twice. */
  #nextOffer(): Offer | undefined {
    const [keypad, camera] = [this.#boards.offer, this.#parts.witness.offer];
    if (keypad === undefined || camera === undefined) return keypad ?? camera;
    this.#isCameraTold = !this.#isCameraTold;
    return this.#isCameraTold ? camera : keypad;
  }

  get #view(): View {
    return viewOf({ ...this.#parts, ...this.#desk.look() });
  }

  #keypadDesk(kid: Bytes): KeypadDesk {
    const desk = this.#desk;
    const { isLeaving, isEnding } = desk.look();
    return {
      ...this.#parts,
      get door(): Door {
        return desk.look().door;
      },
      codes: this.codes,
      codesDesk: { ...desk.guestDesk(), keypad: kid, duress: () => desk.notifyOwners("duress") },
      isLeaving,
      isEnding,
      throws: this.#throws,
      wasCaseOpen: this.#boards.lastReport(kid)?.isCaseOpen === true,
      act: (operation, now) => desk.act(operation, now),
      bell: () => desk.notifyOwners("bell"),
    };
  }
}
