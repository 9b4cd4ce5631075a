// T47, an owner's phone with the wrong time: it says 2036, and every grant would be over.
// Follows docs/protocol.md §6: jumps need presence, and an owner at the door sets the clock back.

import { KIND_CONFIGURE, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { seconds } from "../../firmware/platform.ts";
import { SETTING_TIME_SERVERS } from "../../firmware/policy/configuration.ts";
import type { Desk } from "../desk.ts";
import { type Attack, adopted, must } from "./attack.ts";

const YEAR_2036 = seconds(2_082_758_400);

function works(desk: Desk): boolean {
  const isGood = desk.open(desk.grant({ to: desk.person("courier") })) === "yes";
  desk.passTime(90);
  return isGood;
}

export const attack: Attack = {
  id: "T47",
  claim: "no phone moves the clock far without presence, and after the owner's act at the door today's grants work",
  run: (factory) => {
    const desk = adopted(factory);
    const settings = { kind: KIND_CONFIGURE, settings: [{ key: 2, value: 30 }] } as const;
    for (const isRebooted of [false, true]) {
      if (isRebooted) desk.reboot();
      must(desk.state(settings, { issuedAt: YEAR_2036 }) === "yes", "the statement itself is obeyed");
      const forward = { kind: KIND_SET_CLOCK, isBackwards: false } as const;
      must(desk.state(forward, { issuedAt: YEAR_2036 }) === "presence", "2036 without presence");
      must(desk.state(settings) === "yes", "the right time");
      must(works(desk), "today's grants work");
    }
    const server = { key: SETTING_TIME_SERVERS, value: new Uint8Array(32).fill(1) };
    const naming = { kind: KIND_CONFIGURE, settings: [server] } as const;
    must(desk.state(naming) === "presence", "a stolen key names a time server, which has no bound after a power cut");
    desk.pressInside();
    desk.passTime(40);
    const jump = desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }, { issuedAt: YEAR_2036 });
    must(jump === "yes", "2036 with presence");
    must(!works(desk), "in 2036 today's grants are over");
    must(desk.state({ kind: KIND_SET_CLOCK, isBackwards: true }) === "presence", "back without presence");
    desk.pressInside();
    desk.passTime(40);
    must(desk.state({ kind: KIND_SET_CLOCK, isBackwards: true }) === "yes", "back with presence");
    must(works(desk), "today's grants work again");
    desk.reboot();
    must(desk.state(settings) === "yes", "the right time after a power cut");
    must(works(desk), "today's grants work after a power cut");
  },
};
