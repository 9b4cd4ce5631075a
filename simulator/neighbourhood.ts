// A house with its door, its lock, the air around it, and whoever watches: everything that a scenario needs, wired up.
// Why: a scenario and a test should begin with people, not with parts.

import type { Crypto } from "../firmware/crypto/crypto.ts";
import { type Seconds, seconds } from "../firmware/platform.ts";
import { STANDARD_GEOMETRY } from "../lock/options.ts";
import { Board, type BoardParts } from "./board.ts";
import { Checker } from "./checker.ts";
import { NorFlash } from "./flash.ts";
import { Door, USUAL_DOOR } from "./hardware.ts";
import { MemoryConstants, TracedFlash, type Wrote } from "./memory.ts";
import { Model } from "./model.ts";
import { CALM, Network, type Weather } from "./network.ts";
import type { Street } from "./people.ts";
import { World } from "./world.ts";

/** Time zone of the house: central Europe. */
export const ZONE_RULE = "CET-1CEST,M3.5.0,M10.5.0/3";
/** When the firmware was built: 2026-10-01. */
export const BUILD_TIME = seconds(1_790_812_800);
/** What the lock believes that its crystal may err. */
export const CLOCK_PARTS_PER_MILLION = 100;
const DRIFT_PARTS_PER_MILLION_MAX = 80;
/** A journal partition of 1 MB. */
export const FLASH_SIZE = Object.freeze({ sectorBytes: 4_096, sectors: 256 });

/** The first byte after the records: there the snapshots begin. */
const RECORDS_END = FLASH_SIZE.sectorBytes * STANDARD_GEOMETRY.sectors.reduce((sum, count) => sum + count, 0);

/** What a house starts from. */
export interface NeighbourhoodOptions {
  /** u32. */
  readonly seed: number;
  readonly start: Seconds;
  readonly weather?: Weather;
  /** Receives a line for each entry of the trace. */
  readonly print?: (line: string) => void;
}

/** A street with one house. */
export interface Neighbourhood extends Street {
  readonly door: Door;
  readonly board: Board;
  readonly flash: NorFlash;
  /** Somebody inside presses the button. */
  pressInside(): void;
  /** Somebody pulls the plug, or the power comes back. */
  setPower(hasPower: boolean): void;
  /** The bolt is wedged, or freed. */
  jam(isJammed: boolean): void;
}

/** Builds a house and gives it power; nobody owns its lock yet. */
export function build(crypto: Crypto, options: NeighbourhoodOptions): Neighbourhood {
  const world = new World(crypto, options);
  const model = new Model();
  const checker = new Checker(world, model);
  const door = new Door(world, USUAL_DOOR);
  door.watch(checker);
  const network = new Network(world, options.weather ?? CALM);
  const flash = new NorFlash(FLASH_SIZE);
  const lost = () => {
    network.unplug();
    checker.ableTo({ hasPower: false, isJammed: door.isJammed });
  };
  const board = new Board({
    ...partsOf(crypto, world, {
      flash,
      wrote: (bytes, isDurable, offset) => {
        // A snapshot is no record, whatever its bytes look like.
        if (offset < RECORDS_END) checker.wrote(bytes, isDurable);
      },
    }),
    door,
    carrier: network,
    lost,
    restarted: () => {
      network.unplug();
      network.plug(board);
    },
  });
  const isOn = () => board.lock !== undefined;
  const setPower = (hasPower: boolean) => {
    if (hasPower) flash.restore();
    if (hasPower === isOn()) return;
    if (hasPower) {
      board.powerOn();
      network.plug(board);
      checker.ableTo({ hasPower: isOn(), isJammed: door.isJammed });
    } else {
      board.cutPower();
      lost();
    }
  };
  setPower(true);
  const pressInside = () => {
    checker.pressedInside();
    board.pressInside();
  };
  const jam = (isJammed: boolean) => {
    door.jam(isJammed);
    model.wasStuck = true;
    checker.ableTo({ hasPower: isOn(), isJammed });
  };
  const lock = labelOf(board);
  return { world, crypto, network, model, checker, door, board, flash, lock, pressInside, setPower, jam };
}

/** What the board has besides its door and its radio. */
function partsOf(
  crypto: Crypto,
  world: World,
  { flash, wrote }: { readonly flash: NorFlash; readonly wrote: Wrote },
): Omit<BoardParts, "door" | "carrier" | "lost"> {
  const crystal = world.stream("crystal");
  return {
    world,
    crypto,
    random: world.stream("lock"),
    flash: new TracedFlash(world, crypto, { inner: flash, wrote }),
    constants: new MemoryConstants(),
    geometry: STANDARD_GEOMETRY,
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
