// T48, a siege of the keypad: a machine types junk of six digits until the lock does not look at them any more.
// Follows docs/protocol.md §7, "The budget of guesses".

import { Porch, TWO_HOURS } from "../porch.ts";
import { type Attack, must, opens } from "./attack.ts";

const PINS = Object.freeze([
  ...["394827", "705183", "482915", "583017", "274019", "630482", "915276", "508163", "741926", "860251"],
]);
const LONG = "394827508163";
const TRIES_MAX = 60;

export const attack: Attack = {
  id: "T48",
  claim: "a siege bars short codes alone: long codes, grants, the owner and the inside go on",
  run: (factory) => {
    const desk = factory();
    const porch = new Porch(desk);
    for (const [index, pin] of PINS.entries()) porch.store(index + 1, pin);
    porch.store(PINS.length + 1, LONG);
    let tried = 0;
    while (tried < TRIES_MAX && porch.typist.type("000001") === "no") tried++;
    must(tried === 9 || tried === 10, "ten codes of six digits pause after some ten entries");
    must(porch.typist.type(PINS[0]) === "paused", "six digits wait");
    must(
      desk.entries("alarm").some(({ alarm }) => alarm === "siege"),
      "the siege is an alarm in the record",
    );
    must(porch.typist.type(porch.code(TWO_HOURS)) === "yes", "ten digits go on");
    porch.visit();
    must(porch.typist.type(LONG) === "yes", "twelve digits go on");
    porch.visit();
    must(desk.open(desk.grant({ to: desk.person("guest") })) === "yes", "grants go on");
    porch.visit();
    must(desk.state({ kind: 8, operation: 0 }) === "yes", "the owner goes on");
    porch.visit();
    must(
      opens(desk, () => desk.pressInside()),
      "the inside goes on",
    );
  },
};
