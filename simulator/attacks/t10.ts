// T10, the guest moves the clock (Master Lock): by statements, by time requests, and by pulling the battery.
// Follows docs/protocol.md §6.

import { KIND_CONFIGURE, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Desk } from "../desk.ts";
import { type Attack, adopted, must, opens } from "./attack.ts";

const HOUR = 3_600;
/** What a power cut may cost: the watermark's period, and what an owner's word leaves open. */
const LOST_SECONDS_MAX = 900 + 120;

function lowOf(desk: Desk): number {
  const session = desk.ownerSession();
  const answer = session.ask({ kind: "status" });
  session.leave();
  return answer?.kind === "status" ? (answer.status.timeLow ?? 0) : 0;
}

export const attack: Attack = {
  id: "T10",
  claim: "a guest cannot move the time; it never falls below what was known; a lock without the time denies windows",
  run: (factory) => {
    const desk = adopted(factory);
    const guest = desk.person("guest");
    const past = desk.grant({ to: guest, expiry: seconds(desk.time + HOUR) });
    const future = desk.grant({ to: guest, notBefore: seconds(desk.time + 20 * HOUR) });
    const present = desk.grant({ to: guest });
    desk.passTime(3 * HOUR);
    const before = lowOf(desk);
    for (const by of [guest, { ...desk.owner, sign: guest.sign }]) {
      for (const hours of [-3, 18]) {
        for (const isBackwards of [true, false]) {
          const caller = desk.call();
          const issuedAt = seconds(desk.time + hours * HOUR);
          must(
            caller.state({ kind: KIND_SET_CLOCK, isBackwards }, { by, issuedAt }) === "no",
            "a guest sets the clock",
          );
          must(caller.ask({ kind: "timeRequest", server: 0 })?.kind === "no", "a guest asks for a time nonce");
          must(
            caller.ask({ kind: "timeResponse", response: new Uint8Array(64) })?.kind === "no",
            "a guest brings a time",
          );
          caller.leave();
        }
      }
    }
    must(!opens(desk, () => desk.open(past)), "yesterday's grant");
    must(!opens(desk, () => desk.open(future)), "tomorrow's grant");
    must(desk.open(present) === "yes", "today's grant");
    desk.passTime(60);

    desk.reboot();
    must(lowOf(desk) >= before - LOST_SECONDS_MAX, "the time fell with the power");
    for (const token of [past, future, present])
      must(!opens(desk, () => desk.open(token)), "a window without the time");
    must(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 60 }] }) === "yes", "the owner's word");
    must(!opens(desk, () => desk.open(past)), "yesterday's grant after a power cut");
    must(desk.open(present) === "yes", "today's grant after the owner's word");
  },
};
