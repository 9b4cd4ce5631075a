// T03, the owner is locked out by a new password (Quicklock): a guest inside the house, the network, and a thief with the
// owner's phone try to change whose word counts.
// Follows docs/protocol.md §2.3.

import { fromAscii } from "../../firmware/bytes.ts";
import { type Body, KIND_ACT, KIND_ADD_OWNER, KIND_ADOPT, KIND_REMOVE_OWNER } from "../../firmware/grant/body.ts";
import type { Person } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { type Attack, adopted, must, opens } from "./attack.ts";

function takeovers(desk: Desk, thief: Person): readonly Body[] {
  return [
    { kind: KIND_ADD_OWNER, ownerKey: thief.publicKey },
    { kind: KIND_REMOVE_OWNER, ownerKid: desk.owner.kid },
    {
      kind: KIND_ADOPT,
      adoption: { ownerKey: thief.publicKey, recoveryKey: desk.recovery.publicKey, zoneRule: fromAscii("UTC0") },
    },
  ];
}

export const attack: Attack = {
  id: "T03",
  claim: "only an owner's fresh act, with somebody at the inside, changes who owns; the inside always opens",
  run: (factory) => {
    const desk = adopted(factory);
    const thief = desk.person("thief");
    const guest = desk.grant({ to: thief, permissions: 63 });
    must(desk.open(guest) === "yes", "the guest may open");
    for (const isPressed of [false, true]) {
      for (const body of takeovers(desk, thief)) {
        // Their own key, their own key under the owner's name, and the key on paper's name.
        for (const by of [thief, { ...desk.owner, sign: thief.sign }, { ...desk.recovery, sign: thief.sign }]) {
          const caller = desk.call();
          if (isPressed) {
            // Behind a first try, which the lock would announce if it believed it.
            caller.state(body, { by });
            desk.pressInside();
          }
          must(caller.state(body, { by }) === "no", `statement ${body.kind} by a guest`);
          caller.leave();
        }
      }
      desk.passTime(120);
    }
    // The owner's phone itself, stolen and unlocked: no presence, no change of keys.
    for (const body of takeovers(desk, thief)) {
      const verdict = desk.state(body);
      must(verdict !== "yes", `statement ${body.kind} with the owner's stolen phone`);
    }
    // And a guest who is inside cannot give presence.
    must(desk.open(guest) === "yes", "the guest may open");
    desk.pressInside();
    must(desk.state({ kind: KIND_ADD_OWNER, ownerKey: thief.publicKey }) === "presence", "no presence during a visit");
    desk.passTime(120);
    must(desk.state({ kind: KIND_ACT, operation: 0 }) === "yes", "the owner is the owner");
    desk.passTime(120);
    must(
      opens(desk, () => desk.pressInside()),
      "the inside opens",
    );
  },
};
