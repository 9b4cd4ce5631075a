// A house with its door, its lock, the air around it, and whoever watches: everything that a scenario needs, wired up.
// Why: a scenario and a test should begin with people, not with parts.

import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Geometry } from "../firmware/journal/journal.ts";
import { type Seconds, seconds } from "../firmware/platform.ts";
import { STANDARD_GEOMETRY } from "../lock/options.ts";
import { Board, type BoardParts } from "./board.ts";
import { Checker } from "./checker.ts";
import { Ears } from "./ears.ts";
import { FilmWatch } from "./filmwatch.ts";
import { Fingers } from "./fingers.ts";
import { NorFlash } from "./flash.ts";
import { Hall } from "./hall.ts";
import { Door, USUAL_DOOR } from "./hardware.ts";
import type { Invariant } from "./invariants.ts";
import { Keyboard } from "./keyboard.ts";
import { KeypadBoard } from "./keypad.ts";
import { Line, QUIET_LINE } from "./line.ts";
import { type FlashWatcher, MemoryConstants, TracedFlash } from "./memory.ts";
import { Model } from "./model.ts";
import { CALM, Network, type Weather } from "./network.ts";
import { NoticeWatch } from "./noticewatch.ts";
import type { Street } from "./street.ts";
import { VisitWatch } from "./visitwatch.ts";
import { World } from "./world.ts";

/** Time zone of the house: central Europe. */
export const ZONE_RULE = "CET-1CEST,M3.5.0,M10.5.0/3";
/** When the firmware was built: 2026-10-01. */
export const BUILD_TIME = seconds(1_790_812_800);
/** What the lock believes that its crystal may err. */
export const CLOCK_PARTS_PER_MILLION = 100;
const DRIFT_PARTS_PER_MILLION_MAX = 80;
/** Four fresh cells, and four that may not turn the bolt back once it stalls. */
const POWER_FULL_MILLIVOLTS = 6_000;
export const POWER_LOW_MILLIVOLTS = 4_200;
/** On a board a keypad reports every minute, which is half a million sealed messages a year that say nothing new. Here it reports
 *  four times a day, and the lock waits for it two and a half times as long, as on a board: every rule is kept, at another
 *  pace. Whatever changes is reported at once all the same. */
export const REPORT_MILLIS = 6 * 3_600_000;
export const LOST_MILLIS = 15 * 3_600_000;
/** A journal partition of 1 MB. */
export const FLASH_SIZE = Object.freeze({ sectorBytes: 4_096, sectors: 256 });
/** A part whose rings turn within days: what a year does to a standard one. */
export const SMALL_GEOMETRY: Geometry = Object.freeze({
  firstSector: 0,
  sectors: Object.freeze([3, 9, 3] as const),
  snapshotSectors: 5,
  payloadBytesMax: 2_048,
});

/** What a house starts from. */
export interface NeighbourhoodOptions {
  /** u32. */
  readonly seed: number;
  readonly start: Seconds;
  readonly weather?: Weather;
  /** How the journal's part is divided; a standard one where it is left out. */
  readonly geometry?: Geometry;
  /** Whether there is a camera in the hall. */
  readonly hasCamera?: boolean;
  /** Receives a line for each entry of the trace. */
  readonly print?: (line: string) => void;
}

/** A street with one house. */
export interface Neighbourhood extends Street {
  readonly door: Door;
  readonly board: Board;
  readonly flash: NorFlash;
  /** The flash as the lock sees it. */
  readonly memory: TracedFlash;
  readonly geometry: Geometry;
  /** Who is told that power failed in the middle of a write. */
  readonly heard: { powerFailed: (() => void) | undefined };
  /** What stands outside: it has no power until somebody gives it, and then offers itself to an owner. */
  readonly keypad: KeypadBoard;
  readonly keyboard: Keyboard;
  readonly line: Line;
  readonly fingers: Fingers;
  /** The camera and whoever watches it; undefined without one. It has no power until somebody gives it. */
  readonly hall: Hall | undefined;
  readonly films: FilmWatch | undefined;
  /** Who holds the lock to what it writes of visits. */
  readonly visits: VisitWatch;
  /** Somebody inside presses the button. */
  pressInside(): void;
  /** Somebody pulls the plug, or the power comes back. */
  setPower(hasPower: boolean): void;
  /** The bolt is wedged, or freed. */
  jam(isJammed: boolean): void;
  /** The battery falls, or is as good as new where nothing is given. */
  setCharge(millivolts: number | undefined): void;
}

/** Builds a house and gives it power; nobody owns its lock yet. */
export function build(crypto: Crypto, options: NeighbourhoodOptions): Neighbourhood {
  const world = new World(crypto, options);
  const model = new Model();
  const checker = new Checker(world, model);
  const door = new Door(world, USUAL_DOOR);
  door.watch(checker);
  const network = new Network(world, options.weather ?? CALM);
  const { visits, notices } = listenersOf({ world, door, network, model, checker }, options.hasCamera === true);
  const { geometry = STANDARD_GEOMETRY } = options;
  const flash = new NorFlash({ ...FLASH_SIZE, sectors: sectorsOf(geometry) });
  checker.ledger.layOut({ sectorBytes: flash.sectorBytes, sectors: geometry.sectors });
  const hall = options.hasCamera === true ? new Hall(world, crypto) : undefined;
  const films = hall === undefined ? undefined : filmsOf({ world, crypto, hall, geometry, door, model, checker });
  const memory = new TracedFlash(world, crypto, { inner: flash, watcher: watcherOf(checker, visits, films) });
  const heard: Neighbourhood["heard"] = { powerFailed: undefined };
  const darken = () => {
    network.unplug();
    checker.ableTo({ hasPower: false, isJammed: door.isJammed });
    visits.power(false);
    notices.power();
    films?.power(false);
  };
  const lost = () => {
    darken();
    heard.powerFailed?.();
  };
  const restarted = () => {
    network.unplug();
    network.plug(board);
  };
  const line = lineOf(world, checker);
  const facts = { ...factsOf(world), crypto, geometry, line, air: hall?.air, keypadLostMillis: LOST_MILLIS };
  const board = new Board({ ...facts, flash: memory, door, carrier: network, lost, restarted });
  const { keyboard, keypad } = keypadOf(world, crypto, line);
  const power = powerOf({ board, flash, network, checker, visits, door, darken });
  power.set(true);
  const fingers = new Fingers({ world, keyboard, checker });
  const lock = labelOf(board);
  const parts = { world, crypto, network, model, checker, notices, door, board, flash, memory, geometry, heard, lock };
  const setPower = (hasPower: boolean) => {
    power.set(hasPower);
    if (board.lock !== undefined) films?.power(true);
  };
  return { ...parts, ...handsOf(parts), keypad, keyboard, line, fingers, hall, films, visits, setPower };
}

/** What hands do at the door, and inside of it. */
function handsOf({
  board,
  checker,
  door,
  model,
}: Pick<Neighbourhood, "board" | "checker" | "door" | "model">): Pick<
  Neighbourhood,
  "pressInside" | "jam" | "setCharge"
> {
  return {
    pressInside() {
      checker.pressedInside();
      board.pressInside();
    },
    jam(isJammed) {
      door.jam(isJammed);
      model.wasStuck = true;
      checker.ableTo({ hasPower: board.lock !== undefined, isJammed });
    },
    setCharge(millivolts = POWER_FULL_MILLIVOLTS) {
      door.millivolts = millivolts;
      checker.charged(millivolts > POWER_LOW_MILLIVOLTS);
    },
  };
}

/** Who sees what reaches the flash. */
function watcherOf(checker: Checker, visits: VisitWatch, films: FilmWatch | undefined): FlashWatcher {
  return {
    wrote: (offset, bytes, stored) => {
      if (!checker.wrote(offset, bytes, stored)) return;
      films?.wrote(bytes);
      visits.wrote(new Uint8Array(bytes));
    },
    erased: (sector) => checker.ledger.erased(sector),
    failed: () => {
      checker.flashFailed();
      visits.flashFailed();
    },
  };
}

/** Who holds the lock to what it writes and tells of visits. */
function listenersOf(
  { world, door, network, model, checker }: Pick<Neighbourhood, "world" | "door" | "network" | "model" | "checker">,
  hasCamera: boolean,
): Pick<Neighbourhood, "visits" | "notices"> {
  const report = (invariant: Invariant, detail?: string) => checker.report(invariant, detail);
  const visits: VisitWatch = new VisitWatch(world, {
    report,
    get visitor() {
      return model.visitor;
    },
    get isStuck() {
      return door.isJammed;
    },
    ended: (ending) => notices.ended(ending),
    forced: () => notices.forced(),
  });
  const notices = new NoticeWatch(world, {
    report,
    visits,
    hasCamera,
    get isCalm() {
      return network.weather === CALM;
    },
    get isClockSet() {
      return model.isClockSet;
    },
  });
  door.watch(visits);
  door.watch(notices);
  network.attach(
    new Ears(
      () => checker.report("answered a stale frame"),
      (connection, frame) => notices.said(connection, frame),
    ),
  );
  return { visits, notices };
}

/** Whoever watches the hall, and tells the checker when the camera stands for somebody. */
function filmsOf(
  parts: { readonly world: World; readonly crypto: Crypto; readonly hall: Hall } & Pick<
    Neighbourhood,
    "geometry" | "door" | "model" | "checker"
  >,
): FilmWatch {
  const { geometry, door, model, checker } = parts;
  const films = new FilmWatch(
    { ...parts, isForgetful: geometry !== STANDARD_GEOMETRY },
    {
      report: (invariant, detail) => checker.report(invariant, detail),
      get visitor() {
        return model.visitor;
      },
    },
  );
  door.watch({ signals: (signal) => signal === "alarm" && films.alarmed() });
  checker.owes = (ask) => films.owes(ask);
  return films;
}

/** The cable through the door's bore; no digits may be read off it. */
function lineOf(world: World, checker: Checker): Line {
  const line = new Line(world, QUIET_LINE);
  line.overhear((_, frame) => checker.codes.passes(frame));
  return line;
}

/** A keypad at the outer end of the line, with keys, light, power and a crystal of its own. */
function keypadOf(
  world: World,
  crypto: Crypto,
  line: Line,
): { readonly keyboard: Keyboard; readonly keypad: KeypadBoard } {
  const crystal = world.stream("keypad crystal");
  const keyboard = new Keyboard(world);
  const keypad = new KeypadBoard({
    ...{ world, crypto, keyboard, line, reportMillis: REPORT_MILLIS },
    random: world.stream("keypad"),
    constants: new MemoryConstants(),
    driftPartsPerMillion: crystal.between(-DRIFT_PARTS_PER_MILLION_MAX, DRIFT_PARTS_PER_MILLION_MAX),
  });
  return { keyboard, keypad };
}

/** The plug. */
function powerOf(house: {
  readonly board: Board;
  readonly flash: NorFlash;
  readonly network: Network;
  readonly checker: Checker;
  readonly visits: VisitWatch;
  readonly door: Door;
  darken(): void;
}): { set(hasPower: boolean): void } {
  const { board, flash, network, checker, visits, door } = house;
  const isOn = () => board.lock !== undefined;
  return {
    set(hasPower) {
      if (hasPower) flash.restore();
      if (hasPower === isOn()) return;
      if (!hasPower) {
        board.cutPower();
        house.darken();
        return;
      }
      visits.power(true);
      board.powerOn();
      // Power may have failed again before the lock had started.
      if (!isOn()) return;
      network.plug(board);
      checker.ableTo({ hasPower: true, isJammed: door.isJammed });
    },
  };
}

/** All sectors of a part: three regions, and two snapshots behind them. */
function sectorsOf({ firstSector, sectors, snapshotSectors }: Geometry): number {
  return firstSector + sectors[0] + sectors[1] + sectors[2] + 2 * snapshotSectors;
}

/** What the board is, besides what it is connected to. */
function factsOf(
  world: World,
): Pick<
  BoardParts,
  "world" | "random" | "constants" | "buildTime" | "firmwareVersion" | "driftPartsPerMillion" | "clockPartsPerMillion"
> {
  const crystal = world.stream("crystal");
  return {
    world,
    random: world.stream("lock"),
    constants: new MemoryConstants(),
    buildTime: BUILD_TIME,
    firmwareVersion: "0.1.0",
    driftPartsPerMillion: crystal.between(-DRIFT_PARTS_PER_MILLION_MAX, DRIFT_PARTS_PER_MILLION_MAX),
    clockPartsPerMillion: CLOCK_PARTS_PER_MILLION,
  };
}

/** What stands on the lock's label. */
function labelOf({ lock }: Board): Street["lock"] {
  if (lock === undefined) throw new Error("a lock without power has no label");
  return { lockId: lock.lockId, signingKey: lock.signingKey, agreementKey: lock.agreementKey };
}
