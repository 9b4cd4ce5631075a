// T44, the carrier: a guest's phone that brings an owner's statement keeps it for later, and loses a list.
// Follows docs/protocol.md §2.3: what widens access dies with its session; what restricts is confirmed by its number.

import { KIND_ACT, KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { makeStatement } from "../../firmware/grant/issue.ts";
import type { Desk } from "../desk.ts";
import { type Attack, adopted, must, opens } from "./attack.ts";

const KEPT_SECONDS = Object.freeze([1, 60, 3_600, 86_400]);

/** The number of the owner's list that the lock says it holds. */
function confirmed(desk: Desk): number {
  const session = desk.ownerSession();
  const answer = session.ask({ kind: "status" });
  session.leave();
  return answer?.kind === "status" ? answer.status.owners[0].revocationSeq : -1;
}

export const attack: Attack = {
  id: "T44",
  claim: "a statement that was kept back does nothing, and an owner sees which list the lock does not hold",
  run: (factory) => {
    const desk = adopted(factory);
    const { lockId, owner } = desk;
    for (const kept of KEPT_SECONDS) {
      const relay = desk.call();
      const claims = { lockId, kid: owner.kid, issuedAt: desk.time, challenge: relay.session.challenge };
      const opening = { ...claims, sequence: ++owner.sequence, body: { kind: KIND_ACT, operation: 0 } as const };
      const settings = [{ key: 2, value: 0 }];
      const widening = { ...claims, sequence: ++owner.sequence, body: { kind: KIND_CONFIGURE, settings } as const };
      const messages = [opening, widening].map((statement) => makeStatement(statement, owner.sign));
      relay.leave();
      desk.passTime(kept);
      for (const message of messages) {
        const later = desk.call();
        must(!opens(desk, () => must(later.carry(message) === "no", `after ${kept} s`)), "a late statement opens");
        later.leave();
      }
    }
    must(desk.entries("statement").length === 1, "nothing late was obeyed");
    must(desk.state({ kind: KIND_ACT, operation: 1 }) === "yes", "a fresh one is");

    const courier = desk.person("courier");
    const token = desk.grant({ to: courier });
    const lost = desk.revocations({ holders: courier.kid });
    must(confirmed(desk) === owner.revocationSequence - 1, "the owner sees that the list is not confirmed");
    must(desk.open(token) === "yes", "until it comes, the grant is good");
    const relay = desk.call("tcp");
    must(relay.carry(lost) === "yes", "it may come late, by anybody");
    must(confirmed(desk) === owner.revocationSequence, "the owner sees that it is confirmed");
    must(desk.open(token) === "no", "and then the grant is not");
  },
};
