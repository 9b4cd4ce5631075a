// T07, rules that the client enforces (Sciener's virtual key, August's guest as "superuser"): the holder of a narrow grant
// writes wider ones for themselves.
// Follows docs/protocol.md §2.1: every limit of every link must hold by itself.

import { seconds } from "../../firmware/platform.ts";
import type { Handover } from "../desk.ts";
import { type Attack, adopted, must, opens } from "./attack.ts";

const HOUR = 3_600;
const UNLOCK = 1;
const ALL = 63;

export const attack: Attack = {
  id: "T07",
  claim: "a hostile client widens neither window, hours, uses, rights nor depth by what it writes itself",
  run: (factory) => {
    const desk = adopted(factory);
    const guest = desk.person("guest");
    const friend = desk.person("friend");
    const end = seconds(desk.time + HOUR);
    const wide: Omit<Handover, "to"> = {
      expiry: seconds(desk.time + 99 * HOUR),
      notBefore: seconds(0),
      permissions: ALL,
      uses: 65_535,
      weeklies: [127, 0, 1_440],
      depth: 2,
    };
    const root = { to: guest, expiry: end, depth: 1, permissions: UNLOCK };

    const once = desk.grant({ ...root, uses: 1 });
    must(desk.open(desk.delegate(once, { ...wide, to: friend })) === "yes", "the one use");
    desk.passTime(40);
    for (const to of [friend, guest, desk.person("another")]) {
      must(!opens(desk, () => desk.open(desk.delegate(once, { ...wide, to }))), "more uses than the root has");
    }

    const narrow = desk.delegate(desk.grant(root), { ...wide, to: friend });
    for (const operation of [1, 2, 3, 5, 15])
      must(desk.ask(narrow, operation) === "no", "more rights than the root has");

    const second = desk.delegate(narrow, { ...wide, to: guest });
    must(!opens(desk, () => desk.open(second)), "more links than the root allows");

    const tuesday = desk.grant({ ...root, weeklies: [2, 0, 1_440] });
    must(
      !opens(desk, () => desk.open(desk.delegate(tuesday, { ...wide, to: friend }))),
      "other hours than the root has",
    );
    const later = desk.grant({ ...root, notBefore: seconds(desk.time + HOUR / 2) });
    must(!opens(desk, () => desk.open(desk.delegate(later, { ...wide, to: friend }))), "earlier than the root begins");

    must(desk.open(narrow) === "yes", "within the hour");
    desk.passTime(HOUR + 120);
    must(!opens(desk, () => desk.open(narrow)), "later than the root ends");
  },
};
