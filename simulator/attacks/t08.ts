// T08, commands that need no right (Nuki CVE-2022-32507): whoever may do one thing tries all others.
// The full table of roles and commands is lock/test/roles.test.ts; this is the walk of an attacker through it.

import { type Body, KIND_ACKNOWLEDGE, KIND_ACT, KIND_CONFIGURE, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { link8Of } from "../../firmware/grant/chain.ts";
import type { Outgoing } from "../../owner/phone.ts";
import { credentialsOf } from "../antenna.ts";
import type { Person, Token } from "../caller.ts";
import { type Attack, adopted, must, opens } from "./attack.ts";

const OPERATIONS = Object.freeze([0, 1, 2, 3, 4, 5]);
const OWN = 15;
const STATEMENTS: readonly Body[] = Object.freeze([
  { kind: KIND_ACT, operation: 0 },
  { kind: KIND_ACT, operation: 1 },
  { kind: KIND_CONFIGURE, settings: [{ key: 2, value: 0 }] },
  { kind: KIND_SET_CLOCK, isBackwards: false },
  { kind: KIND_ACKNOWLEDGE },
] as const);
const REQUESTS: readonly Outgoing[] = Object.freeze([
  { kind: "status" },
  { kind: "checkpoint" },
  { kind: "fetch", region: 0, from: 1 },
  { kind: "fetch", region: 1, from: 1 },
  { kind: "fetch", region: 2, from: 1 },
  { kind: "joinNetwork", credentials: credentialsOf("thief's", "open sesame") },
  { kind: "leaveNetwork" },
] as const);

export const attack: Attack = {
  id: "T08",
  claim: "a right to one thing is a right to nothing else: no other operation, request or statement",
  run: (factory) => {
    const desk = adopted(factory, { lock: { canUnlatch: true } });
    const tryAll = (right: Token | Person, allowed: number | undefined) => {
      /** Connects, does what is allowed, and lets the door lock again. */
      const begin = () => {
        const caller = desk.call();
        if (allowed !== undefined && caller.prove(right, allowed) === "yes") desk.passTime(40);
        return caller;
      };
      const by = "leaf" in right ? right.holder : right;
      for (const operation of [...OPERATIONS, OWN]) {
        const verdict = desk.call().prove(right, operation);
        must(operation === allowed || verdict === "no", `operation ${operation} by the right to ${allowed}`);
        desk.passTime(60);
      }
      // The key on paper hears the reason.
      const no = allowed === OWN ? "permission" : "no";
      for (const body of STATEMENTS) {
        const caller = begin();
        must(!opens(desk, () => must(caller.state(body, { by }) === no, `statement ${body.kind}`)), "it opens");
        desk.passTime(60);
      }
      for (const request of REQUESTS) {
        const caller = begin();
        const isLog = allowed === 5 && request.kind === "fetch" && request.region === 1;
        const isTold = isLog || (allowed === OWN && request.kind === "status");
        must((caller.ask(request)?.kind === "no") !== isTold, `${request.kind} by the right to ${allowed}`);
        desk.passTime(60);
      }
    };
    for (const operation of OPERATIONS) {
      // Bits that nobody can use here stand for "granted, and still refused".
      const token = desk.grant({ to: desk.person(`guest ${operation}`), permissions: 1 << operation });
      tryAll(token, operation);
    }
    tryAll(desk.person("stranger"), undefined);
    tryAll(desk.recovery, OWN);
    const revoked = desk.grant({ to: desk.person("revoked"), permissions: 63 });
    desk.revoke({ revoked: link8Of(desk.crypto, revoked.leaf), untils: [desk.time] });
    tryAll(revoked, undefined);
  },
};
