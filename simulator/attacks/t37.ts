// T37, default setup secrets: boards as they come out of their boxes, before anybody owns them.
// Follows docs/protocol.md §2.3 (adoption, presence), firmware/identity.ts, and firmware/link/label.ts (what a new board prints).

import { type Bytes, concat, fromAscii, fromBase64url, toBase64url, toHex } from "../../firmware/bytes.ts";
import {
  type Body,
  KIND_ACKNOWLEDGE,
  KIND_ACT,
  KIND_ADD_OWNER,
  KIND_ADOPT,
  KIND_CANCEL_RESET,
  KIND_CONFIGURE,
  KIND_ENROL,
  KIND_FACTORY_RESET,
  KIND_REMOVE_OWNER,
  KIND_SET_CLOCK,
  KIND_TRANSFER,
} from "../../firmware/grant/body.ts";
import { openIdentity } from "../../firmware/identity.ts";
import { encodeSetup, type LabelledBoard, type Modules, newBoardNotice } from "../../firmware/link/label.ts";
import type { Outgoing } from "../../owner/phone.ts";
import { credentialsOf } from "../antenna.ts";
import type { Person } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { MemoryConstants } from "../memory.ts";
import { Stream } from "../random.ts";
import { type Attack, type DeskFactory, must, opens } from "./attack.ts";

const TRANSPORTS = Object.freeze(["ble", "tcp", "usb"] as const);
const ZONE = fromAscii("UTC0");
/** So many bytes of a secret in a row are no chance. */
const TELLING_BYTES = 8;
const REQUESTS: readonly Outgoing[] = Object.freeze([
  { kind: "status" },
  { kind: "fetch", region: 1, from: 1 },
  { kind: "checkpoint" },
  { kind: "farewell" },
  { kind: "ticket", viewerKey: new Uint8Array(32).fill(9), rights: 7 },
  { kind: "codeSecret", secret: new Uint8Array(32).fill(9) },
  { kind: "credential", slot: 1, credential: { user: 1, type: "pin", value: fromAscii("394827") } },
  { kind: "users", from: 1 },
  { kind: "holidays", holidays: [] },
  { kind: "offer" },
  { kind: "joinNetwork", credentials: credentialsOf("thief's", "open sesame") },
  { kind: "leaveNetwork" },
] as const);

/** A board that has just made its keys. */
interface NewBoard extends LabelledBoard {
  readonly constants: MemoryConstants;
}

export const attack: Attack = {
  id: "T37",
  claim: "a unit that nobody owns serves nobody but the inside, has keys of its own, and is adopted only at the door",
  run: (factory) => {
    const desk = factory({ seed: 1 });
    tryLabels(desk, factory);
    const thief = desk.person("thief");
    const token = desk.grant({ to: thief, by: thief, permissions: 63 });
    for (const operation of [0, 1, 2, 3, 4, 5]) must(desk.ask(token, operation) === "no", `operation ${operation}`);
    for (const transport of TRANSPORTS) {
      for (const body of statements(desk, thief)) {
        const caller = desk.call(transport);
        must(!caller.session.isAdopted, "the lock says that nobody owns it");
        must(
          !opens(desk, () => must(caller.state(body, { by: thief }) === "no", `statement ${body.kind}`)),
          "it opens",
        );
        caller.leave();
      }
      tryRequests(desk, thief, transport);
    }
    must(!desk.lock.snapshot.isAdopted, "nobody owns it");
    must(
      opens(desk, () => desk.pressInside()),
      "the inside opens",
    );
    tryInside(desk, thief);
    desk.passTime(90);
    must(desk.adopt() === "yes", "its owner adopts it at the door");
    must(!opens(desk, () => desk.open(token)), "a grant from before the adoption");
  },
};

/** Every kind of statement, by somebody whose key the lock does not know. */
function statements(desk: Desk, thief: Person): readonly Body[] {
  const adoption = { ownerKey: thief.publicKey, recoveryKey: desk.recovery.publicKey, zoneRule: ZONE };
  return [
    { kind: KIND_ADOPT, adoption },
    { kind: KIND_ACT, operation: 0 },
    { kind: KIND_ADD_OWNER, ownerKey: thief.publicKey },
    { kind: KIND_REMOVE_OWNER, ownerKid: desk.owner.kid },
    { kind: KIND_CONFIGURE, settings: [{ key: 2, value: 0 }] },
    { kind: KIND_SET_CLOCK, isBackwards: false },
    { kind: KIND_ACKNOWLEDGE },
    { kind: KIND_FACTORY_RESET },
    { kind: KIND_CANCEL_RESET },
    { kind: KIND_ENROL, board: { role: 1, agreementKey: new Uint8Array(32).fill(9), signingKey: thief.publicKey } },
    { kind: KIND_TRANSFER, adoption },
  ];
}

function tryRequests(desk: Desk, thief: Person, transport: (typeof TRANSPORTS)[number]): void {
  for (const request of REQUESTS) {
    const caller = desk.call(transport);
    must(caller.own(thief) === "no", "an owner session");
    must(caller.ask(request)?.kind === "no", `${request.kind} of a lock that nobody owns`);
    caller.leave();
  }
  must(desk.antenna.joins === 1 && desk.antenna.state.is === "off", "a stranger's network is joined");
}

/** With somebody inside nothing is served but an adoption. */
function tryInside(desk: Desk, thief: Person): void {
  for (const body of statements(desk, thief).slice(1)) {
    const caller = desk.call();
    must(caller.state(body, { by: thief }) === "no", `statement ${body.kind} with somebody inside`);
    caller.leave();
  }
  must(!desk.lock.snapshot.isAdopted, "a press alone makes nobody an owner");
}

/** Four new boards: no two share a secret, none has one that an image could hold, and none prints any. */
function tryLabels(desk: Desk, factory: DeskFactory): void {
  const other = factory({ seed: 2 });
  must(desk.lockId !== other.lockId, "two units have one name");
  const boards = [boardOfLock(desk), boardOfLock(other), newBoard(desk, "keypad", 3), newBoard(desk, "camera", 4)];
  const secrets = boards.flatMap(({ constants }) =>
    constants.stored.map((name) => constants.read(name) ?? new Uint8Array(0)),
  );
  must(secrets.length === 10, "a lock makes three secrets, and each other board two");
  must(new Set(secrets.map(toHex)).size === secrets.length, "two units have one key");
  for (const secret of secrets) must(new Set(secret).size > TELLING_BYTES, "a key is no key, but a filling");
  for (const board of boards) tryNotice(desk, board, secrets);
}

function tryNotice({ crypto }: Desk, board: NewBoard, secrets: readonly Bytes[]): void {
  const texts: string[] = [];
  const modulesOf = (text: string): Modules => {
    texts.push(text);
    return { size: 21, isDark: () => false };
  };
  const notice = newBoardNotice(crypto, board, { modulesOf, ink: "hashes" }).join("\n");
  const setup = encodeSetup(board.setup);
  must(
    notice.includes(setup) && texts.join() === setup,
    "a new board prints its setup text, and as a code nothing else",
  );
  const decoded = toHex(concat(fromBase64url(setup), fromAscii(notice.replaceAll("\n", " "))));
  for (const secret of secrets) {
    for (let at = 0; at + TELLING_BYTES <= secret.length; at++) {
      must(!decoded.includes(toHex(secret.subarray(at, at + TELLING_BYTES))), "a new board prints a part of a secret");
    }
    for (const text of [toHex(secret), toBase64url(secret)]) {
      must(!notice.toLowerCase().includes(text.toLowerCase()), "a new board prints a secret");
    }
  }
}

function boardOfLock(desk: Desk): NewBoard {
  const { agreementKey, signingKey, constants } = desk;
  return { kind: "lock", setup: { agreementKey, signingKey }, constants };
}

function newBoard({ crypto }: Desk, kind: "keypad" | "camera", seed: number): NewBoard {
  const constants = new MemoryConstants();
  return { kind, setup: openIdentity(crypto, constants, new Stream(seed, kind)), constants };
}
