// T37, default setup secrets: a unit as it comes out of its box, before anybody owns it.
// Follows docs/protocol.md §2.3 (adoption, presence) and lock/identity.ts.

import { fromAscii } from "../../firmware/bytes.ts";
import { KIND_ACT, KIND_ADD_OWNER, KIND_ADOPT } from "../../firmware/grant/body.ts";
import { type Attack, must, opens } from "./attack.ts";

export const attack: Attack = {
  id: "T37",
  claim: "a unit that nobody owns serves nobody but the inside, has keys of its own, and is adopted only at the door",
  run: (factory) => {
    const [desk, other] = [factory({ seed: 1 }), factory({ seed: 2 })];
    must(desk.lockId !== other.lockId, "two units have one name");
    must(desk.agreementKey.join() !== other.agreementKey.join(), "two units have one key");
    const thief = desk.person("thief");
    const token = desk.grant({ to: thief, by: thief, permissions: 63 });
    for (const operation of [0, 1, 2, 3, 4, 5]) must(desk.ask(token, operation) === "no", `operation ${operation}`);
    const zoneRule = fromAscii("UTC0");
    const adoption = { ownerKey: thief.publicKey, recoveryKey: desk.recovery.publicKey, zoneRule };
    const bodies = [
      { kind: KIND_ACT, operation: 0 },
      { kind: KIND_ADD_OWNER, ownerKey: thief.publicKey },
      { kind: KIND_ADOPT, adoption },
    ] as const;
    for (const transport of ["ble", "tcp"] as const) {
      for (const body of bodies) {
        const caller = desk.call(transport);
        must(!caller.session.isAdopted, "the lock says that nobody owns it");
        must(
          !opens(desk, () => must(caller.state(body, { by: thief }) === "no", `statement ${body.kind}`)),
          "it opens",
        );
        must(caller.own(thief) === "no", "an owner session");
        must(caller.ask({ kind: "status" })?.kind === "no", "a status");
        caller.leave();
      }
    }
    must(!desk.lock.snapshot.isAdopted, "nobody owns it");
    must(
      opens(desk, () => desk.pressInside()),
      "the inside opens",
    );
    desk.passTime(90);
    must(desk.adopt() === "yes", "its owner adopts it at the door");
    must(!opens(desk, () => desk.open(token)), "a grant from before the adoption");
  },
};
