// T42, a lock-out for ransom: somebody far away with an owner's key, and the network, shuts everybody out; then the flash dies.
// Follows docs/protocol.md §2.3: what the key may do without somebody inside bars neither the inside, nor another owner at the
// door, nor the key on paper.

import { fromAscii } from "../../firmware/bytes.ts";
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
import { seconds } from "../../firmware/platform.ts";
import type { Person } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { type Attack, adopted, must, opens } from "./attack.ts";

const UNLOCK: Body = { kind: KIND_ACT, operation: 0 };

/** Everything that the stolen key can say. */
function words(desk: Desk, partner: Person): readonly Body[] {
  const key = desk.person("thief").publicKey;
  const adoption = { ownerKey: key, recoveryKey: desk.person("thief's paper").publicKey, zoneRule: fromAscii("UTC0") };
  const bytes16 = new Uint8Array(16);
  const firmware = { vendor: bytes16, boardClass: bytes16, slot: 0, imageBytes: 1, rollbackFloor: 0xffff_ffff };
  return [
    { kind: KIND_ENROL, board: { role: 1, agreementKey: key, signingKey: key } },
    { kind: KIND_REMOVE_BOARD, boardKid: partner.kid },
    // Nothing shuts by itself again; guests out; nobody from afar; private.
    ...[4, 1, 3, 2].map((mode): Body => ({ kind: KIND_CONFIGURE, settings: [{ key: 3, value: mode }] })),
    { kind: KIND_CONFIGURE, settings: [{ key: 2, value: 0 }] },
    { kind: KIND_CONFIGURE, settings: [{ key: 6, value: 60 }] },
    { kind: KIND_ANNOUNCE, firmware: { ...firmware, sequence: 1, digest: new Uint8Array(32) } },
    { kind: KIND_ADD_OWNER, ownerKey: key },
    { kind: KIND_REMOVE_OWNER, ownerKid: partner.kid },
    { kind: KIND_REMOVE_OWNER, ownerKid: desk.recovery.kid },
    { kind: KIND_ADOPT, adoption },
    { kind: KIND_TRANSFER, adoption },
    { kind: KIND_SET_CLOCK, isBackwards: false },
    { kind: KIND_ACKNOWLEDGE },
    { kind: KIND_FACTORY_RESET },
    { kind: KIND_CANCEL_RESET },
    { kind: KIND_ACT, operation: 1 },
  ];
}

/** The partner at the door opens, and so does the inside, in this order: a press inside would end privacy. */
function mustServe(desk: Desk, partner: Person, where: string): void {
  const shut = () => {
    desk.passTime(120);
    if (desk.rig.bolt === "retracted") desk.turn("thrown");
    desk.passTime(1);
  };
  shut();
  const act = () => must(desk.call().state(UNLOCK, { by: partner }) === "yes", `another owner opens ${where}`);
  must(opens(desk, act), `another owner's door opens ${where}`);
  shut();
  must(
    opens(desk, () => desk.pressInside()),
    `the inside opens ${where}`,
  );
  desk.passTime(600);
}

export const attack: Attack = {
  id: "T42",
  claim: "whoever holds an owner's key and the network bars neither the inside, nor the others, nor the key on paper",
  run: (factory) => {
    const desk = adopted(factory, { sectors: [12, 48, 6] });
    const partner = desk.person("partner");
    const added = desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: partner.publicKey });
    must(added === "yes", "there is a second owner");
    desk.passTime(7_200);
    for (const [index, body] of words(desk, partner).entries()) {
      const session = desk.ownerSession(desk.owner, "tcp");
      session.state(body, body.kind === KIND_SET_CLOCK ? { issuedAt: seconds(2_082_758_400) } : {});
      // Every other time the power goes in the middle of the next one.
      if (index % 2 === 1) desk.flash.cutAfterWords(index);
      session.carry(desk.revocations({ generation: index, holders: partner.kid }));
      desk.flash.restore();
      if (index % 2 === 1) desk.reboot();
      session.leave();
      mustServe(desk, partner, `after statement ${body.kind}`);
    }
    // As often as it is let, and the journal with it.
    for (let count = 0; count < 300; count++) {
      desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 30 + (count % 30) }] });
      desk.passTime(600);
    }
    mustServe(desk, partner, "after a thousand words");
    const body: Body = { kind: KIND_REMOVE_OWNER, ownerKid: desk.owner.kid };
    const session = desk.ownerSession(desk.recovery);
    must(session.state(body, { by: desk.recovery }) === "presence", "the key on paper asks");
    session.leave();
    desk.flash.wear = "refuses";
    mustServe(desk, partner, "with a dead flash");
    desk.flash.wear = "sound";
    desk.reboot();
    desk.passTime(3_600);
    must(desk.stateInside(body, { by: desk.recovery }) === "yes", "the key on paper throws the thief out");
    mustServe(desk, partner, "after the thief is gone");
  },
};
