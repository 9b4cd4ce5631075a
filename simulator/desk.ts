// One lock on a desk: the real lock, real phones and the real motor driver, over wires that are instant and time that is
// moved by hand; and the sentences in which tests speak of it.
// Why: what the lock does for whom must be tried in hundreds of small cases, each of which reads as a few sentences; the
// house (world.ts) is for what happens between them.
// Everything is drawn from one seed, and runs on any engine.

import { type Bytes, fromAscii } from "../firmware/bytes.ts";
import { type Body, KIND_ADOPT } from "../firmware/grant/body.ts";
import { PERMISSION_LOCK, PERMISSION_UNLOCK } from "../firmware/grant/grant.ts";
import {
  issueLink,
  issueRoot,
  type LinkClaims,
  makeRevocations,
  type RevocationClaims,
  type RootClaims,
} from "../firmware/grant/issue.ts";
import { UsbSocket } from "../firmware/link/usb.ts";
import { seconds, type Transport } from "../firmware/platform.ts";
import { Caller, drawSeed, type Forgery, type Person, person, type Token, type Verdict } from "./caller.ts";
import { Hostile } from "./hostile.ts";
import { Stream } from "./random.ts";
import { type DeskOptions, type Line, Table } from "./table.ts";

/** How long a phone takes to dial and shake hands. */
const DIAL_MILLIS = 250;
/** For how many times as long it waits for an answer. */
const DIALS_MAX = 16;
/** From a press inside until the bolt is thrown again: the relock timer and two drives. */
const RELOCK_SECONDS = 32;
const DAY_SECONDS = 86_400;
const UNLOCK = 0;
const PERMISSIONS = PERMISSION_UNLOCK | PERMISSION_LOCK;

/** What a root on the desk says; whatever is left out is for a day, to unlock and lock, by the owner. */
export type Wish = Partial<RootClaims> & { readonly to: Person; readonly by?: Person };
/** What a delegation says. */
export type Handover = Partial<LinkClaims> & { readonly to: Person };

/** The desk. */
export class Desk extends Table {
  readonly owner: Person;
  /** The key on paper. */
  readonly recovery: Person;
  readonly #seed: number;

  constructor(options: DeskOptions) {
    super(options);
    this.#seed = options.seed ?? 1;
    this.owner = this.person("owner");
    this.recovery = this.person("recovery");
  }

  /** Makes somebody with a key; always the same one for the same seed and name. */
  person(name: string): Person {
    return person(this.crypto, name, drawSeed(new Stream(this.#seed, `person ${name}`)));
  }

  /** The owner adopts the lock at the door and leaves; the door is locked again. */
  adopt(zoneRule = "UTC0"): Verdict {
    this.pressInside();
    const adoption = {
      ownerKey: this.owner.publicKey,
      recoveryKey: this.recovery.publicKey,
      zoneRule: fromAscii(zoneRule),
    };
    const caller = this.call();
    const verdict = caller.state({ kind: KIND_ADOPT, adoption });
    caller.leave();
    this.passTime(RELOCK_SECONDS);
    return verdict;
  }

  /** Connects a phone; nothing is said yet. */
  dial(transport: Transport = "ble"): Caller {
    const caller = new Caller(this, this.nextConnection(), transport);
    this.connect(caller);
    return caller;
  }

  /** Connects a phone that says what it likes; nothing is said yet. */
  hostile(transport: Transport = "ble"): Hostile {
    const hostile = new Hostile(this, this.nextConnection(), transport);
    this.connect(hostile);
    return hostile;
  }

  /** Plugs a computer into the lock's USB socket: its bytes go to the cable that is given.
   *  @param hear is given the bytes that the lock sends */
  plugIn(hear: (bytes: Bytes) => void): UsbSocket {
    let line: Line | undefined;
    const cable = new UsbSocket({
      nextConnection: () => this.nextConnection(),
      connected: (connection) => {
        line = {
          connection,
          transport: "usb",
          get isConnected() {
            return cable.connection === connection;
          },
          set isConnected(isThere) {
            if (!isThere) cable.close(connection);
          },
          hear: (frame) => cable.send(connection, frame),
        };
        this.connect(line);
      },
      received: (connection, frame) => this.carry(connection, frame),
      disconnected: () => line !== undefined && this.hangUp(line),
      write: hear,
    });
    return cable;
  }

  /** Connects a phone and shakes hands. @throws Error where the lock does not answer */
  call(transport: Transport = "ble"): Caller {
    this.passMillis(DIAL_MILLIS);
    const caller = this.dial(transport);
    caller.shake();
    // Whoever was asked often lately answers later.
    for (let count = 0; count < DIALS_MAX && caller.phone.session === undefined; count++) {
      this.passMillis(DIAL_MILLIS);
      if (caller.phone.session === undefined) caller.shakeAgain();
    }
    if (caller.phone.session === undefined) throw new Error("the lock did not answer the handshake");
    return caller;
  }

  /** Opens an owner session, in which every "no" has its reason. */
  ownerSession(owner: Person = this.owner, transport: Transport = "ble"): Caller {
    const caller = this.call(transport);
    const verdict = caller.own(owner);
    if (verdict !== "yes") throw new Error(`no owner session: ${verdict}`);
    return caller;
  }

  /** Stands before the door with a grant. @param who the one who really stands there, where it is not the holder */
  open(token: Token, who: Person = token.holder): Verdict {
    return this.ask(token, UNLOCK, who);
  }

  /** Asks for one operation by a grant, in a call of its own. */
  ask(token: Token, operation: number, who: Person = token.holder): Verdict {
    const caller = this.call();
    const verdict = caller.prove(token, operation, who);
    caller.leave();
    return verdict;
  }

  /** Writes a grant, for a day unless it says otherwise. */
  grant(wish: Wish): Token {
    const { to, by = this.owner, ...claims } = wish;
    const root: RootClaims = {
      lockId: this.lockId,
      name: to.name,
      expiry: seconds(this.time + DAY_SECONDS),
      identifier: this.#identifier(),
      key: to.publicKey,
      permissions: PERMISSIONS,
      generation: 0,
      ...claims,
    };
    return { leaf: issueRoot(by.kid, root, by.sign), holder: to };
  }

  /** Hands a grant on. */
  delegate(token: Token, { to, ...claims }: Handover): Token {
    const link: LinkClaims = { name: to.name, identifier: this.#identifier(), key: to.publicKey, ...claims };
    return { leaf: issueLink(token.leaf, link, token.holder.sign), holder: to };
  }

  /** Writes an owner's list of what is taken back, with the next number. */
  revocations(entries: Partial<RevocationClaims["list"]>, by: Person = this.owner): Bytes {
    const nothing = new Uint8Array(0);
    const sequence = ++by.revocationSequence;
    const list = { sequence, generation: 0, revoked: nothing, untils: [], holders: nothing, codes: [], ...entries };
    const claims = { lockId: this.lockId, issuedAt: this.time, list: { ...list, owner: by.kid } };
    return makeRevocations(claims, by.sign);
  }

  /** Hands the lock a list in an owner session. @returns the verdict with its reason */
  revoke(entries: Partial<RevocationClaims["list"]>, by: Person = this.owner): Verdict {
    const caller = this.ownerSession();
    const verdict = caller.carry(this.revocations(entries, by));
    caller.leave();
    return verdict;
  }

  /** The owner tells the lock something in an owner session. @returns the verdict with its reason */
  state(body: Body, forgery?: Forgery): Verdict {
    const caller = this.ownerSession();
    const verdict = caller.state(body, forgery);
    caller.leave();
    return verdict;
  }

  /** The same for what changes whose word counts, by whoever signs it: it is asked, the lock sounds, somebody inside presses
   *  the button, and it is asked again. @returns the last verdict with its reason */
  stateInside(body: Body, forgery: Forgery = {}): Verdict {
    const caller = this.ownerSession(forgery.by ?? this.owner);
    let verdict = caller.state(body, forgery);
    if (verdict === "presence") {
      this.pressInside();
      verdict = caller.state(body, forgery);
    }
    caller.leave();
    return verdict;
  }

  /** Why the last refused grant was refused, as the journal says. */
  refusal(): string {
    return this.entries("refusal").at(-1)?.denial ?? "none";
  }

  #identifier(): Bytes {
    const identifier = new Uint8Array(8);
    this.random.fill(identifier);
    return identifier;
  }
}
