// T48, a siege: a machine at the keypad types numbers day and night, so that codes stop working for everybody.
// What it costs, and whom it does not reach, is said in docs/security.md, "What a siege does", in the numbers of SIEGES; a
// test reads them there. Five PINs of six digits, one of twelve, and one owner key's window codes are in the lock.
// The machine types every 5 s until what it can spend is spent. From then on the lock compares nothing of what it types but
// twelve digits, which cost less than comes back, until seven minutes have earned one compare of ten: those entries are typed.
// Follows docs/protocol.md §7, "The budget of guesses".

import { WINDOW_DIGITS } from "../../firmware/codes/window.ts";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import { seconds } from "../../firmware/platform.ts";
import { TAG_BYTES } from "../../lock/codes/windows.ts";
import type { Desk } from "../desk.ts";
import { HOUR, Porch, TWO_HOURS } from "../porch.ts";
import type { Typed } from "../typist.ts";
import { type Attack, type DeskFactory, must } from "./attack.ts";
import { type Watch, watched } from "./watch.ts";

/** What a siege with entries of one length does. */
export interface Siege {
  readonly digits: number;
  /** What right codes are answered while it lasts. */
  readonly six: Typed;
  readonly ten: Typed;
  /** Within how many minutes and hours after its end ten and six digits open again; 0 where they never stopped. */
  readonly tenMinutes: number;
  readonly sixHours: number;
}

/** As docs/security.md says it. */
export const SIEGES: readonly Siege[] = Object.freeze([
  { digits: 6, six: "paused", ten: "yes", tenMinutes: 0, sixHours: 9 },
  { digits: 10, six: "paused", ten: "paused", tenMinutes: 8, sixHours: 27 },
  { digits: 12, six: "paused", ten: "paused", tenMinutes: 8, sixHours: 27 },
  { digits: 20, six: "paused", ten: "paused", tenMinutes: 8, sixHours: 27 },
]);

const PINS = Object.freeze(["394827", "705183", "482915", "583017", "274019"]);
const LONG_PIN = "739204816358";
/** One compare of ten digits comes back in so long. */
const TEN_SECONDS = 430;
const DAY_HOURS = 24;
const ENTRIES_MAX = 400;
const STEPS_MAX = 60;
const MINUTE = 60;
const UNLOCK = 0;
/** A drive, the relock timer, and another drive. */
const VISIT_SECONDS = 45;
/** So often somebody comes by. */
const VISIT_HOURS = 8;
const REPORT_SECONDS = 145;
/** At the end the machine is at hand when ten digits are compared again. */
const LAST_SECONDS = 15;
const WEEK_SECONDS = 604_800;

interface Scene {
  readonly porch: Porch;
  readonly watch: Watch;
  readonly junk: string;
}

function set(factory: DeskFactory, digits: number): Scene {
  const watch = watched(factory().crypto);
  const porch = new Porch(factory({ crypto: watch.crypto }));
  for (const [index, pin] of PINS.entries()) porch.store(index + 1, pin);
  porch.store(9, LONG_PIN);
  return { porch, watch, junk: "55555555555555000001".slice(-digits) };
}

/** Types as fast as it is taken, until six and ten digits are compared no more. @returns how often they were */
function spend({ porch, watch, junk }: Scene): number {
  for (let count = 0; count < ENTRIES_MAX; count++) {
    watch.searches.length = 0;
    porch.typist.type(junk);
    if (watch.searches.every(({ width, entries }) => width !== TAG_BYTES && entries !== PINS.length)) return count;
  }
  return ENTRIES_MAX;
}

/** Waits, with the keypad reporting. */
function wait({ desk, typist }: Porch, seconds: number): void {
  for (let left = seconds; left > 0; left -= REPORT_SECONDS) {
    desk.passTime(Math.min(left, REPORT_SECONDS));
    typist.ask({ kind: "report", isCaseOpen: false, isKeyStuck: false, millivolts: 5_000 });
  }
}

/** Whom no siege keeps out. */
function tryOthers({ porch }: Scene, grant: ReturnType<Desk["grant"]>): void {
  const { desk, typist } = porch;
  must(desk.open(grant) === "yes", "grants open under siege");
  desk.passTime(VISIT_SECONDS);
  must(desk.state({ kind: KIND_ACT, operation: UNLOCK }) === "yes", "owners open under siege");
  desk.passTime(VISIT_SECONDS);
  must(typist.type(LONG_PIN) === "yes", "twelve digits open under siege");
  desk.passTime(VISIT_SECONDS);
  const before = desk.rig.retractions;
  desk.pressInside();
  must(desk.rig.retractions > before, "the inside opens under siege");
  desk.passTime(VISIT_SECONDS);
}

/** How long after the end of a siege a right code opens again, in steps, tried at each. */
function stepsUntil(
  { desk, typist }: Porch,
  code: () => string,
  of: { readonly ended: number; readonly stepSeconds: number },
): number {
  const stepMillis = of.stepSeconds * 1_000;
  let steps = 0;
  while (steps < STEPS_MAX && typist.typeAtOnce(code()) !== "yes") {
    steps = Math.floor((desk.elapsed - of.ended) / stepMillis) + 1;
    desk.passMillis(of.ended + steps * stepMillis - desk.elapsed);
  }
  desk.passTime(VISIT_SECONDS);
  return steps;
}

/** What was left when the siege ended, and restarts on the way, may save a step or two. */
function isAbout(steps: number, stepsMax: number): boolean {
  return steps <= stepsMax && steps >= stepsMax / 2;
}

/** A siege of a day at least, which ends when it has just spent what had come back: the worst moment for everybody else. */
function besiege(factory: DeskFactory, siege: Siege): void {
  const scene = set(factory, siege.digits);
  const { porch } = scene;
  const { desk, typist } = porch;
  const end = desk.elapsed + DAY_HOURS * HOUR * 1_000;
  const grant = desk.grant({ to: desk.person("guest"), expiry: seconds(desk.time + WEEK_SECONDS) });
  let nextVisit = desk.elapsed;
  while (desk.elapsed < end) {
    spend(scene);
    if (desk.elapsed >= nextVisit) {
      tryOthers(scene, grant);
      nextVisit += VISIT_HOURS * HOUR * 1_000;
    }
    wait(porch, TEN_SECONDS);
  }
  spend(scene);
  while (spend(scene) === 0) wait(porch, siege.digits < WINDOW_DIGITS ? TEN_SECONDS : LAST_SECONDS);
  const ended = desk.elapsed;
  const ten = (): string => porch.code(TWO_HOURS);
  must(typist.type(PINS[0]) === siege.six, `six digits under a siege of ${siege.digits}`);
  must(typist.type(ten()) === siege.ten, `ten digits under a siege of ${siege.digits}`);
  if (siege.ten === "yes") desk.passTime(VISIT_SECONDS);
  const minutes = stepsUntil(porch, ten, { ended, stepSeconds: MINUTE });
  must(isAbout(minutes, siege.tenMinutes), `ten digits return within ${siege.tenMinutes} minutes`);
  const hours = stepsUntil(porch, () => PINS[0], { ended, stepSeconds: HOUR });
  must(isAbout(hours, siege.sixHours), `six digits return within ${siege.sixHours} hours`);
  must(
    desk.entries("alarm").some(({ alarm }) => alarm === "siege"),
    "owners read of the siege",
  );
}

export const attack: Attack = {
  id: "T48",
  claim: "a day of junk at the keypad keeps out no grant, no owner, nobody inside and no code of twelve digits",
  run: (factory) => {
    for (const siege of SIEGES) besiege(factory, siege);
  },
};
