// Fate: lets the faults of a plan happen to a house, and ends them all when it is told to.
// Why: what is to go wrong is data (faults.ts); how it goes wrong stands here, so that people and checker know nothing of it.
// Each fault draws from its own stream, and most wait for the moment at which they hurt: a write, a drive, an open leaf.

import { millis } from "../firmware/platform.ts";
import { bitOfRecord, bitOfSnapshot, isSnapshot, stick } from "./decay.ts";
import { describeFault, type Fault, type FaultKind } from "./faults.ts";
import { haunt } from "./haunt.ts";
import type { Work } from "./memory.ts";
import { type Neighbourhood, POWER_LOW_MILLIVOLTS } from "./neighbourhood.ts";
import { CALM, STORM, WEATHERS, type Weather } from "./network.ts";
import type { Owner, Person, Token } from "./people.ts";
import { Prowler } from "./prowler.ts";
import type { Stream } from "./random.ts";
import { Stranger } from "./stranger.ts";
import type { Thief } from "./thief.ts";

/** A fault that waits for its moment gives up after so long. */
const PATIENCE_MILLIS = 12 * 3_600_000;
/** From the start of a drive until the bolt has come to its end. */
const DRIVE_MILLIS = 1_600;
const DRIFT_PARTS_PER_MILLION_MAX = 95;
const SKEW_SECONDS_MAX = 25;
/** Not before the firmware was built, and long past. */
const MONTHS_SECONDS = 60 * 86_400;
const TELL_SECONDS_MAX = 1_200;
const INTENT = 16;
const CLOSING = 17;
const WORD_BYTES = 4;

/** The people whom faults need. */
export interface Cast {
  readonly olga: Owner;
  readonly company: Person;
  readonly thief: Thief;
  /** The company's grant of the week. */
  root(): Token | undefined;
  /** The owner tells the lock the time, whatever that takes. */
  tellTime(): void;
  /** Whoever comes by shuts the door. */
  shut(): void;
  /** The owner is told of damage, looks at the journal and acknowledges it. */
  acknowledge(): void;
}

/** A fault that waits for a write. */
interface Trap {
  readonly fault: Fault;
  isFor(work: Work): boolean;
  spring(work: Work): void;
}

/** One house's misfortune. */
export class Fate {
  /** How many faults of each kind took effect. */
  readonly counts = new Map<FaultKind, number>();
  readonly #house: Neighbourhood;
  readonly #cast: Cast;
  readonly #stranger: Stranger;
  readonly #prowler: Prowler;
  readonly #waiting: Fault[];
  /** Why there is no power; it is back when nothing is left. */
  readonly #outages = new Set<number>();
  /** How often it came back. */
  #returns = 0;
  readonly #weathers = new Map<number, Weather>();
  readonly #jams = new Set<number>();
  readonly #lows = new Set<number>();
  readonly #wedges = new Set<number>();
  readonly #magnets = new Set<number>();
  /** Faults that wait for a write, and those that wait for a drive. */
  #traps: Trap[] = [];
  #ambushes: { readonly fault: Fault; readonly strike: () => void }[] = [];
  #sprung: Fault | undefined;
  #isOver = false;

  constructor(house: Neighbourhood, cast: Cast, faults: readonly Fault[]) {
    this.#house = house;
    this.#cast = cast;
    this.#stranger = new Stranger(house);
    this.#prowler = new Prowler(house, (fault) => this.#restart(fault));
    this.#waiting = [...faults];
    house.memory.before = (work) => this.#spring(work);
    house.heard.powerFailed = () => this.#fail();
    house.door.watch({ drives: (drive) => drive !== "rest" && this.#strike() });
    this.#planNext();
  }

  /** Ends every fault, for good: power is on, the air calm, the bolt free, the contact honest, the flash sound. */
  end(): void {
    const { flash, setPower } = this.#house;
    this.#isOver = true;
    this.#waiting.length = 0;
    this.#traps = [];
    this.#ambushes = [];
    this.#cast.olga.skewSeconds = 0;
    for (const names of [this.#outages, this.#jams, this.#lows, this.#wedges, this.#magnets]) names.clear();
    this.#weathers.clear();
    this.#apply();
    this.#prowler.end();
    this.#house.hall?.calm();
    flash.mend();
    setPower(false);
    setPower(true);
  }

  #planNext(): void {
    const [fault] = this.#waiting;
    if (fault === undefined) return;
    this.#house.world.at(fault.at, () => {
      if (this.#isOver) return;
      this.#waiting.shift();
      this.#begin(fault);
      this.#planNext();
    });
  }

  #begin(fault: Fault): void {
    const random = this.#house.world.stream(`fault ${fault.number}`);
    switch (fault.kind) {
      case "cuts":
      case "brownouts":
        if (fault.form === "drive") this.#wait(fault, () => this.#cut(fault));
        else this.#cut(fault);
        break;
      case "tears":
        this.#setTrap(fault, random);
        break;
      case "wear":
        this.#wear(fault, random);
        break;
      case "rot":
        this.#rot(fault, random);
        break;
      case "radio":
        this.#mark(fault);
        this.#hold(fault, this.#weathers, WEATHERS[fault.form] ?? STORM);
        break;
      case "drift":
        this.#drift(fault, random);
        break;
      case "jams":
        if (fault.form === "drive") this.#wait(fault, () => this.#holdName(fault, this.#jams, () => this.#freed()));
        else this.#holdName(fault, this.#jams, () => this.#freed());
        break;
      case "battery":
        this.#holdName(fault, this.#lows);
        break;
      case "ajar":
        this.#holdName(fault, this.#wedges, () => this.#cast.shut());
        break;
      case "magnet":
        this.#holdName(fault, this.#magnets, () => this.#cast.shut());
        break;
      case "force":
        this.#mark(fault);
        this.#house.door.force();
        this.#after(fault.lastsMillis, () => this.#cast.shut());
        break;
      case "stranger":
        this.#mark(fault);
        this.#intrude(fault, random);
        break;
      case "thief":
        this.#mark(fault);
        this.#steal(fault, random);
        break;
      case "wire":
      case "keypad":
      case "burglar":
        this.#mark(fault);
        this.#prowler.begin(fault, random);
        break;
      case "hall":
        haunt(this.#house, random, { ...fault, struck: () => this.#mark(fault) });
    }
  }

  #mark(fault: Fault): void {
    this.counts.set(fault.kind, (this.counts.get(fault.kind) ?? 0) + 1);
    this.#house.world.record({ channel: "fault", subject: fault.number, label: describeFault(fault) });
  }

  /** Keeps something up while a fault lasts. */
  #hold<State>(fault: Fault, states: Map<number, State>, state: State): void {
    states.set(fault.number, state);
    this.#apply();
    this.#after(fault.lastsMillis, () => {
      states.delete(fault.number);
      this.#apply();
    });
  }

  #holdName(fault: Fault, names: Set<number>, over?: () => void): void {
    this.#mark(fault);
    names.add(fault.number);
    this.#apply();
    this.#after(fault.lastsMillis, () => {
      names.delete(fault.number);
      this.#apply();
      over?.();
    });
  }

  /** Brings the house to what lasts now. */
  #apply(): void {
    const { network, door, checker, jam, setCharge } = this.#house;
    const weathers = [...this.#weathers.values()];
    network.weather = weathers.at(-1) ?? CALM;
    if (weathers.length > 0) checker.excuse("weather");
    else checker.forgive("weather");
    if (door.isJammed !== this.#jams.size > 0) jam(this.#jams.size > 0);
    setCharge(this.#lows.size > 0 ? POWER_LOW_MILLIVOLTS : undefined);
    door.hold(this.#wedges.size > 0);
    door.magnet(this.#magnets.size > 0);
  }

  #cut(fault: Fault): void {
    if (this.#house.board.lock === undefined) return;
    this.#mark(fault);
    this.#house.setPower(false);
    this.#outage(fault);
  }

  /** Power is away for as long as the fault says; soon after the last of several returns somebody tells the time. */
  #outage(fault: Fault): void {
    const { world, setPower } = this.#house;
    this.#outages.add(fault.number);
    this.#sprung = undefined;
    const random = world.stream(`return ${fault.number}`);
    this.#after(fault.lastsMillis, () => {
      this.#outages.delete(fault.number);
      if (this.#outages.size > 0) return;
      setPower(true);
      const turn = ++this.#returns;
      this.#after(1_000 * random.between(5, TELL_SECONDS_MAX), () => {
        if (turn === this.#returns) this.#cast.tellTime();
      });
    });
  }

  #wait(fault: Fault, strike: () => void): void {
    const random = this.#house.world.stream(`moment ${fault.number}`);
    const ambush = { fault, strike: () => this.#after(random.between(1, DRIVE_MILLIS), strike) };
    this.#ambushes.push(ambush);
    this.#after(PATIENCE_MILLIS, () => {
      this.#ambushes = this.#ambushes.filter((other) => other !== ambush);
    });
  }

  #strike(): void {
    const [ambush] = this.#ambushes.splice(0, 1);
    ambush?.strike();
  }

  #setTrap(fault: Fault, random: Stream): void {
    const wanted: Readonly<Record<string, (work: Work) => boolean>> = {
      opening: (work) => work.kind === "write" && work.bytes[0] === INTENT,
      closing: (work) => work.kind === "write" && work.bytes[0] === CLOSING,
      any: (work) => work.kind === "write",
      erase: (work) => work.kind === "erase",
      start: (work) => work.kind === "write",
      snapshot: (work) => isSnapshot(this.#house, work),
    };
    const isFor = wanted[fault.form] ?? (() => false);
    // A board loses its power once.
    this.#traps.push({
      fault,
      isFor: (work) => this.#sprung === undefined && isFor(work),
      spring: (work) => this.#arm(fault, work, random),
    });
    if (fault.form === "start") this.#cut(fault);
  }

  #arm(fault: Fault, work: Work, random: Stream): void {
    const { flash } = this.#house;
    const words = work.kind === "erase" ? random.below(2) : random.below(Math.ceil(work.bytes.length / WORD_BYTES) + 1);
    flash.cutAfterWords(words, random.chance(250) ? { kind: "prefix" } : { kind: "bits", random });
    this.#sprung = fault;
  }

  #spring(work: Work): void {
    const { now } = this.#house.world;
    this.#traps = this.#traps.filter(({ fault }) => now - fault.at < PATIENCE_MILLIS);
    for (const trap of [...this.#traps]) {
      if (!trap.isFor(work)) continue;
      this.#traps = this.#traps.filter((other) => other !== trap);
      trap.spring(work);
    }
  }

  /** Power failed in the middle of a write. */
  #fail(): void {
    const fault = this.#sprung;
    this.#sprung = undefined;
    if (fault === undefined) return;
    this.#mark(fault);
    this.#outage(fault);
  }

  #wear(fault: Fault, random: Stream): void {
    const { flash } = this.#house;
    this.#mark(fault);
    if (fault.form === "refuses" || fault.form === "loses") flash.wear = fault.form;
    else {
      const kind = fault.form === "low" ? "erase" : "write";
      this.#traps.push({
        fault,
        isFor: (work) => work.kind === kind,
        spring: (work) => stick(this.#house.flash, work, random),
      });
    }
    this.#after(fault.lastsMillis, () => {
      flash.mend();
      this.#restart(fault);
    });
  }

  /** Somebody pulls the plug for a second, as people do with what does not work. */
  #restart(fault: Fault): void {
    const { board, setPower } = this.#house;
    if (board.lock === undefined) return;
    setPower(false);
    this.#outage({ ...fault, lastsMillis: 1_000 });
  }

  /** A bit turns over, and the lock starts. */
  #rot(fault: Fault, random: Stream): void {
    const { flash, board } = this.#house;
    if (board.lock === undefined) return;
    const isInSnapshot = fault.form === "snapshot";
    const bit = isInSnapshot ? bitOfSnapshot(this.#house, random) : bitOfRecord(this.#house, fault, random);
    if (bit === undefined) return;
    this.#mark(fault);
    flash.flip(bit);
    this.#restart(fault);
    if (fault.form !== "snapshot") this.#after(fault.lastsMillis, () => this.#cast.acknowledge());
  }

  #drift(fault: Fault, random: Stream): void {
    const { board } = this.#house;
    const { olga } = this.#cast;
    this.#mark(fault);
    if (fault.form === "crystal") {
      board.setDrift(random.between(-DRIFT_PARTS_PER_MILLION_MAX, DRIFT_PARTS_PER_MILLION_MAX));
      return;
    }
    olga.skewSeconds = fault.form === "seconds" ? random.between(-SKEW_SECONDS_MAX, SKEW_SECONDS_MAX) : -MONTHS_SECONDS;
    this.#after(fault.lastsMillis, () => {
      olga.skewSeconds = 0;
      this.#cast.tellTime();
    });
  }

  /** A bolt that was given up waits for the next request or a hand. */
  #freed(): void {
    const { door, pressInside } = this.#house;
    if (this.#jams.size === 0 && door.bolt !== "thrown") pressInside();
  }

  #intrude({ form, lastsMillis }: Fault, random: Stream): void {
    const count = random.between(3, 20);
    if (form === "noise") this.#stranger.shout(random, count);
    else if (form === "halves") this.#stranger.pretend(random, count);
    else if (form === "nonsense") this.#stranger.babble(random, count);
    else if (form === "spoilt") this.#stranger.spoil(random, count);
    else this.#stranger.meddle(random, lastsMillis);
    // Who takes a place at the lock may cost an honest phone some seconds; who only listens and repeats must cost nothing.
    if (form !== "meddle") this.#busy(30_000);
  }

  #steal({ form, lastsMillis }: Fault, random: Stream): void {
    const { thief, olga, company } = this.#cast;
    if (form === "copies") thief.tryCopies();
    else if (form === "replay") thief.replay();
    else if (form === "phone") thief.usurp(olga);
    else if (form === "late") thief.keep(olga);
    else if (form === "carrier") thief.carry(olga, { company, root: this.#cast.root(), random });
    else {
      thief.hammer(Math.floor(lastsMillis / 100));
      this.#busy(lastsMillis + 90_000);
    }
  }

  /** For so long an honest phone may find no place. */
  #busy(forMillis: number): void {
    const { checker, world } = this.#house;
    const name = `busy ${world.step}`;
    checker.excuse(name);
    this.#after(forMillis, () => checker.forgive(name));
  }

  #after(delayMillis: number, act: () => void): void {
    const { world } = this.#house;
    world.at(millis(world.now + delayMillis), () => {
      if (!this.#isOver) act();
    });
  }
}
