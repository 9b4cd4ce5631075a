// Who may do what: every role with every request, every operation, every kind of statement (docs/attacks.md T08).
// Method: one table of roles and commands. What is not in it as allowed must be refused, must leave the bolt as it was, and
// must look the same to everybody but an owner: a bare "no".

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromAscii } from "../../firmware/bytes.ts";
import { Writer } from "../../firmware/cbor/encode.ts";
import {
  type Body,
  KIND_ACKNOWLEDGE,
  KIND_ACT,
  KIND_ADD_OWNER,
  KIND_ADOPT,
  KIND_ANNOUNCE,
  KIND_CANCEL_RESET,
  KIND_CONFIGURE,
  KIND_ENROL,
  KIND_FACTORY_RESET,
  KIND_REMOVE_BOARD,
  KIND_REMOVE_OWNER,
  KIND_SET_CLOCK,
  KIND_TRANSFER,
} from "../../firmware/grant/body.ts";
import { link8Of } from "../../firmware/grant/chain.ts";
import { credentialsOf } from "../../simulator/antenna.ts";
import type { Caller, Person, Token } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";
import { ANA } from "./house.ts";

const OPERATIONS = Object.freeze(["unlock", "lock", "view", "talk", "unlatch", "read-log"]);
const OWN = 15;
const ACCESS = 1;
const BOARD = person("a board");

/** Where the table is tried: an adopted lock that can unlatch, with two owners, of whom one was removed. */
interface Scene {
  readonly desk: Desk;
  readonly partner: Person;
  readonly former: Person;
  readonly newcomer: Person;
}

/** Whoever asks: with which right, and who signs their statements. */
interface Role {
  readonly name: string;
  /** What they can show: a grant, or a key. */
  right(scene: Scene): Token | Person;
  signer(scene: Scene): Person;
  /** Commands that are granted, or whose reason for a "no" an owner may hear. */
  readonly allowed: string;
}

/** One thing that can be asked. */
interface Command {
  readonly name: string;
  /** Whether the lock must have announced it before somebody presses: then it is asked twice. */
  readonly isAnnounced?: boolean;
  ask(caller: Caller, role: Role, scene: Scene): string;
}

function person(name: string): Person {
  return new Desk({ crypto }).person(name);
}

function setUp(): Scene {
  const desk = new Desk({ crypto, lock: { canUnlatch: true } });
  desk.adopt();
  const [partner, former] = [desk.person("partner"), desk.person("former")];
  for (const { publicKey } of [partner, former]) {
    assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: publicKey }), "yes");
  }
  assert.is(desk.stateInside({ kind: KIND_REMOVE_OWNER, ownerKid: former.kid }), "yes");
  // The lock sounds for the owner as often as ever afterwards.
  desk.passTime(7_200);
  return { desk, partner, former, newcomer: desk.person("newcomer") };
}

function grantOf({ desk }: Scene, permissions: number): Token {
  return desk.grant({ to: desk.person(`guest ${permissions}`), permissions });
}

function guest(operation: number): Role {
  return {
    name: `a guest who may ${OPERATIONS[operation]}`,
    right: (scene) => grantOf(scene, 1 << operation),
    signer: ({ desk }) => desk.person(`guest ${1 << operation}`),
    // The lock has no camera, so view and talk are granted and refused all the same.
    allowed: ["unlock", "lock", "", "", "unlatch", "read-log, fetch access"][operation],
  };
}

const OWNER_ALLOWED =
  "own, status, fetch state, fetch access, fetch notices, checkpoint, code secret, user, credential, users, holidays, offer, join network, leave network, enrol, remove board, configure, add owner, " +
  "act unlock, act lock, act unlatch, remove owner, set clock, acknowledge, factory reset, cancel reset";

const ROLES: readonly Role[] = [
  {
    name: "a stranger",
    right: ({ desk }) => desk.person("stranger"),
    signer: ({ desk }) => desk.person("stranger"),
    allowed: "",
  },
  ...OPERATIONS.map((_, operation) => guest(operation)),
  {
    name: "a guest whose grant was taken back",
    right: (scene) => {
      const token = grantOf(scene, 63);
      scene.desk.revoke({ revoked: link8Of(crypto, token.leaf), untils: [scene.desk.time] });
      return token;
    },
    signer: ({ desk }) => desk.person("guest 63"),
    allowed: "",
  },
  {
    name: "a guest whose key was taken back",
    right: (scene) => {
      const token = grantOf(scene, 63);
      scene.desk.revoke({ holders: token.holder.kid });
      return token;
    },
    signer: ({ desk }) => desk.person("guest 63"),
    allowed: "",
  },
  {
    name: "a guest of a former owner",
    right: ({ desk, former }) => desk.grant({ to: desk.person("guest 63"), by: former, permissions: 63 }),
    signer: ({ desk }) => desk.person("guest 63"),
    allowed: "",
  },
  { name: "an owner", right: ({ desk }) => desk.owner, signer: ({ desk }) => desk.owner, allowed: OWNER_ALLOWED },
  { name: "a second owner", right: ({ partner }) => partner, signer: ({ partner }) => partner, allowed: OWNER_ALLOWED },
  { name: "a former owner", right: ({ former }) => former, signer: ({ former }) => former, allowed: "" },
  {
    name: "the recovery key",
    right: ({ desk }) => desk.recovery,
    signer: ({ desk }) => desk.recovery,
    allowed: "own, status, add owner, remove owner, transfer",
  },
];

function prove(name: string, operation: number): Command {
  return {
    name,
    ask: (caller, role, scene) => caller.prove(role.right(scene), operation),
  };
}

function state(name: string, body: (scene: Scene) => Body, isAnnounced = false): Command {
  return {
    name,
    isAnnounced,
    ask: (caller, role, scene) => {
      const by = role.signer(scene);
      return caller.state(body(scene), { by });
    },
  };
}

/** Asks after a proof of whatever the role can prove. */
function afterProof(name: string, ask: (caller: Caller) => string): Command {
  return {
    name,
    ask: (caller, role, scene) => {
      const right = role.right(scene);
      if (!("leaf" in right)) caller.prove(right, OWN);
      else for (const operation of [5, 1]) caller.prove(right, operation);
      return ask(caller);
    },
  };
}

/** A request of a number that this lock has no part for. */
function raw(name: string, write: (writer: Writer) => Writer): Command {
  return {
    name,
    ask: (caller, role, scene) => {
      caller.leave();
      scene.desk.passMillis(250);
      const right = role.right(scene);
      const phone = scene.desk.hostile();
      assert.ok(phone.shake());
      for (const [id, operation] of ("leaf" in right ? [5, 1] : [OWN]).entries()) {
        phone.prove(id, phone.proof(right, operation));
      }
      const answer = phone.say(write(new Writer()).finish());
      scene.desk.hangUp(phone);
      if (answer?.kind === "no") return answer.denial ?? "no";
      return answer?.kind ?? "silence";
    },
  };
}

const NAMES = Object.freeze(["state", "access", "notices"]);
const FIRMWARE = Object.freeze({
  sequence: 1,
  vendor: new Uint8Array(16),
  boardClass: new Uint8Array(16),
  slot: 0,
  digest: new Uint8Array(32),
  imageBytes: 1,
  rollbackFloor: 0,
});
const SIGNING_KEY = BOARD.publicKey;
const BUYER = Object.freeze({
  ownerKey: person("buyer").publicKey,
  recoveryKey: person("buyer's paper").publicKey,
  zoneRule: fromAscii("UTC0"),
});

const COMMANDS: readonly Command[] = [
  ...OPERATIONS.map((name, operation) => prove(name, operation)),
  prove("own", OWN),
  afterProof("status", (caller) => caller.ask({ kind: "status" })?.kind ?? "silence"),
  ...([0, 1, 2] as const).map((region) =>
    afterProof(`fetch ${NAMES[region]}`, (caller) => caller.ask({ kind: "fetch", region, from: 1 })?.kind ?? "silence"),
  ),
  afterProof("checkpoint", (caller) => caller.ask({ kind: "checkpoint" })?.kind ?? "silence"),
  afterProof("farewell", (caller) => caller.ask({ kind: "farewell" })?.kind ?? "silence"),
  afterProof("fetched", (caller) => {
    const heads = [{ region: ACCESS, lastSeq: 1, link: new Uint8Array(32) }] as const;
    return caller.ask({ kind: "fetched", heads })?.kind ?? "silence";
  }),
  afterProof("time nonce", (caller) => caller.ask({ kind: "timeRequest", server: 0 })?.kind ?? "silence"),
  afterProof("time answer", (caller) => {
    return caller.ask({ kind: "timeResponse", response: new Uint8Array(9) })?.kind ?? "silence";
  }),
  raw("code secret", (writer) => writer.array(3).uint(16).uint(900).bytes(new Uint8Array(32))),
  afterProof("user", (caller) => caller.ask({ kind: "user", index: 1, isNew: true, setting: ANA })?.kind ?? "silence"),
  afterProof("credential", (caller) => {
    const credential = { user: 1, type: "pin" as const, value: fromAscii("394827") };
    return caller.ask({ kind: "credential", slot: 1, credential })?.kind ?? "silence";
  }),
  afterProof("users", (caller) => caller.ask({ kind: "users", from: 1 })?.kind ?? "silence"),
  afterProof("holidays", (caller) => caller.ask({ kind: "holidays", holidays: [] })?.kind ?? "silence"),
  afterProof("offer", (caller) => caller.ask({ kind: "offer" })?.kind ?? "silence"),
  afterProof("ticket", (caller) => {
    return caller.ask({ kind: "ticket", viewerKey: new Uint8Array(32), rights: 7 })?.kind ?? "silence";
  }),
  afterProof("join network", (caller) => {
    return caller.ask({ kind: "joinNetwork", credentials: credentialsOf("home", "open sesame") })?.kind ?? "silence";
  }),
  afterProof("leave network", (caller) => caller.ask({ kind: "leaveNetwork" })?.kind ?? "silence"),
  state("enrol", () => ({
    kind: KIND_ENROL,
    board: { role: 1, agreementKey: new Uint8Array(32).fill(9), signingKey: SIGNING_KEY },
  })),
  state("remove board", () => ({ kind: KIND_REMOVE_BOARD, boardKid: BOARD.kid })),
  state("configure", () => ({ kind: KIND_CONFIGURE, settings: [{ key: 4, value: 90 }] })),
  state("announce", () => ({ kind: KIND_ANNOUNCE, firmware: FIRMWARE })),
  state("add owner", ({ newcomer }) => ({ kind: KIND_ADD_OWNER, ownerKey: newcomer.publicKey }), true),
  state("remove owner", ({ newcomer }) => ({ kind: KIND_REMOVE_OWNER, ownerKid: newcomer.kid }), true),
  state("act unlock", () => ({ kind: KIND_ACT, operation: 0 })),
  state("act lock", () => ({ kind: KIND_ACT, operation: 1 })),
  state("act unlatch", () => ({ kind: KIND_ACT, operation: 4 })),
  state("adopt", ({ newcomer, desk }) => ({
    kind: KIND_ADOPT,
    adoption: { ownerKey: newcomer.publicKey, recoveryKey: desk.recovery.publicKey, zoneRule: fromAscii("UTC0") },
  })),
  state("set clock", () => ({ kind: KIND_SET_CLOCK, isBackwards: false })),
  state("acknowledge", () => ({ kind: KIND_ACKNOWLEDGE })),
  // Before the reset: with this one the recovery key itself is over. What it resets, reset.test.ts looks at.
  state("transfer", () => ({ kind: KIND_TRANSFER, adoption: BUYER }), true),
  state("factory reset", () => ({ kind: KIND_FACTORY_RESET }), true),
  state("cancel reset", () => ({ kind: KIND_CANCEL_RESET })),
];

/** What moves the bolt where it is allowed. */
const MOVES = Object.freeze(["unlock", "unlatch", "act unlock", "act unlatch"]);

for (const role of ROLES) {
  test(`${role.name} may do this and nothing else: ${role.allowed || "nothing"}`, () => {
    const allowed = role.allowed.split(", ");
    const scene = setUp();
    const { desk } = scene;
    for (const command of COMMANDS) {
      if (command.isAnnounced) {
        const first = desk.call();
        command.ask(first, role, scene);
        first.leave();
      }
      desk.pressInside();
      desk.passTime(35);
      assert.is(desk.rig.bolt, "thrown");
      const before = desk.rig.drives.length;
      const caller = desk.call();
      const verdict = command.ask(caller, role, scene);
      const isAllowed = allowed.includes(command.name);
      const isYes = ["yes", "records", "status", "checkpoint", "users", "offer"].includes(verdict);
      assert.is(isYes, isAllowed, `${command.name}: ${verdict}`);
      const isOwner = role.allowed.startsWith("own,");
      if (!isAllowed && !isOwner) assert.is(verdict, "no", command.name);
      desk.passTime(1);
      assert.is(desk.rig.drives.length > before, isAllowed && MOVES.includes(command.name), `${command.name} moves`);
      caller.leave();
      desk.passTime(90);
    }
  });
}

test("a lock that nobody owns obeys nobody but its first owner, at the door", () => {
  const scene: Scene = { ...setUp(), desk: new Desk({ crypto, lock: { canUnlatch: true } }) };
  const { desk } = scene;
  for (const role of ROLES.slice(0, -1)) {
    for (const command of COMMANDS) {
      if (command.name === "adopt" || role.name.includes("taken back")) continue;
      const before = desk.rig.drives.length;
      const caller = desk.call();
      assert.is(command.ask(caller, role, scene), "no", `${role.name}: ${command.name}`);
      assert.is(desk.rig.drives.length, before);
      caller.leave();
    }
  }
  assert.not(desk.lock.snapshot.isAdopted);
});

test.run();
