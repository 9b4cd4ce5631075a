// T10, the guest moves the clock (Master Lock): by statements, by what he relays, and by pulling the battery.
// Follows docs/protocol.md §6. One of the owner's three time servers is his.

import { KIND_CONFIGURE, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { seconds } from "../../firmware/platform.ts";
import { SETTING_TIME_SERVERS } from "../../firmware/policy/configuration.ts";
import { encodeTimeRequest } from "../../firmware/time/roughtime.ts";
import type { Desk } from "../desk.ts";
import { TimeServer } from "../timeserver.ts";
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

/** What one server of three can say, in its own place and in another's, again and again in one call. */
function bringLies(desk: Desk, servers: readonly TimeServer[]): void {
  const lies: readonly (readonly [place: number, aheadSeconds: number])[] = [
    [0, -3 * HOUR],
    [0, -3 * HOUR],
    [0, 18 * HOUR],
    [0, 18 * HOUR],
    [1, 18 * HOUR],
  ];
  const caller = desk.call();
  for (const [place, aheadSeconds] of lies) {
    const asked = caller.ask({ kind: "timeRequest", server: place });
    if (asked?.kind !== "nonce") throw new Error("the lock asks through anybody");
    const request = encodeTimeRequest(desk.crypto, asked.nonce, servers[0].key);
    const [response] = servers[0].answer([request], desk.time, { aheadSeconds });
    if (response === undefined) throw new Error("the guest's server answers");
    caller.ask({ kind: "timeResponse", response });
  }
  caller.leave();
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
    const servers = [1, 2, 3].map((byte) => new TimeServer(desk.crypto, new Uint8Array(32).fill(byte)));
    const settings = servers.map(({ key }, place) => ({ key: SETTING_TIME_SERVERS + place, value: key }));
    must(desk.stateInside({ kind: KIND_CONFIGURE, settings }) === "yes", "the owner names three time servers");
    desk.passTime(60);
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
          must(caller.ask({ kind: "timeRequest", server: 9 })?.kind === "no", "a guest asks for a server of nobody's");
          must(
            caller.ask({ kind: "timeResponse", response: new Uint8Array(64) })?.kind === "no",
            "a guest brings a time that nobody asked for",
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
    bringLies(desk, servers);
    must(lowOf(desk) >= before - LOST_SECONDS_MAX, "the time fell by what a guest brought");
    for (const token of [past, future, present])
      must(!opens(desk, () => desk.open(token)), "a window by a guest's time");
    must(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 60 }] }) === "yes", "the owner's word");
    must(!opens(desk, () => desk.open(past)), "yesterday's grant after a power cut");
    must(desk.open(present) === "yes", "today's grant after the owner's word");
  },
};
