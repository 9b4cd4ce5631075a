// A busy day at one door, drawn from the seed: family, a friend, couriers in and out of their windows, grants that are taken
// back; and each night the owner reads the journal. What goes wrong besides is fate's (fate.ts).
// Why: nobody thinks of every order in which things happen, and a seed does. The checker says whether anything went wrong.
// Each visit draws from a stream of its own, so a failing day stays the same day while faults are taken out of it.

import { KIND_ENROL } from "../../firmware/grant/body.ts";
import { type Seconds, seconds } from "../../firmware/platform.ts";
import { type Audit, audit } from "../audit.ts";
import type { Cast } from "../fate.ts";
import { type Neighbourhood, ZONE_RULE } from "../neighbourhood.ts";
import { Owner, Person, type Reply, type Token } from "../people.ts";
import type { Stream } from "../random.ts";
import { DAYLIGHT_PERMILLE } from "../stage.ts";
import { Thief } from "../thief.ts";
import { Callers } from "./callers.ts";
import { switches } from "./summer.ts";

/** 2026-12-13T23:00:00Z: midnight in central Europe, the first minute of a Monday. */
export const DAY_START = seconds(1_797_202_800);
const HOUR = 3_600;
const DAY = 24 * HOUR;
const ZONE_SECONDS = HOUR;
const FIRST_YEAR = 2026;
const LAST_YEAR = 2037;
const INTRUSION_SECONDS = 300;
const ADOPTION_SECONDS = 600;
const CAMERA_SECONDS = 900;
const PRESS_SECONDS = 5;
const RELOCK_MILLIS = 75_000;
/** Nobody comes with a code so long before the end: whoever went in is out again for the last hour. */
const CALLERS_QUIET_MILLIS = 75 * 60_000;
const ROOT_DAYS = 7;
const ROOT_USES_DEFAULT = 60;
/** What a hall has of light by day, by a lamp, at dusk and by night; and how often at most it changes. */
const LIGHT_PERMILLES = Object.freeze([20, 60, 150, 180, 210, 400, DAYLIGHT_PERMILLE, DAYLIGHT_PERMILLE] as const);
const LIGHTS_A_DAY = 8;
/** How often somebody at home has the door's notices on a telephone, and for how long at most. */
const LISTENS_A_DAY = 5;
const LISTEN_MINUTES = 90;

/** What the days came to. */
export interface Tally {
  visits: number;
  refusals: number;
  audits: number;
  /** How often a code was typed. */
  codes: number;
  /** Damaged journals that the owner acknowledged. */
  acknowledged: number;
}

/** How busy the house is. */
export interface Pace {
  readonly days: number;
  /** Parcels a day, each delivered in its window; drawn, in and out of windows, where it is left out. */
  readonly parcels?: number | undefined;
}

/** The household: its people, and the days that they live through. */
export class Household implements Cast {
  readonly olga: Owner;
  readonly company: Person;
  readonly thief: Thief;
  readonly callers: Callers;
  readonly tally: Tally = { visits: 0, refusals: 0, audits: 0, codes: 0, acknowledged: 0 };
  readonly #house: Neighbourhood;
  readonly #friend: Person;
  readonly #parcels: number | undefined;
  #root: Token | undefined;
  #friends: Token | undefined;
  #audit: Audit | undefined;
  /** After damage the owner counts from what the lock has signed then: what is before it no longer holds together. */
  #isFresh = false;

  constructor(house: Neighbourhood, { parcels }: Pace) {
    this.#house = house;
    this.#parcels = parcels;
    this.olga = new Owner(house, "Olga");
    this.company = new Person(house, "Parcel Co");
    this.#friend = new Person(house, "Finn");
    this.thief = new Thief(house, "Thief");
    this.callers = new Callers(house, {
      olga: this.olga,
      passThrough: (random) => this.#passThrough(random),
      tally: this.tally,
    });
    house.model.zoneSeconds = ZONE_SECONDS;
    house.checker.relockMillis = RELOCK_MILLIS;
  }

  /** Plans so many days; they happen while the world advances. */
  live(days: number): void {
    const { checker, pressInside } = this.#house;
    const recovery = new Person(this.#house, "recovery words");
    this.#in(INTRUSION_SECONDS, () => {
      const mallory = new Owner(this.#house, "Mallory");
      mallory.adopt(ZONE_RULE, recovery.publicKey, (reply) => {
        if (reply === "yes") checker.report("widened with nobody at the door");
      });
    });
    this.#in(ADOPTION_SECONDS, () => {
      pressInside();
      this.olga.adopt(ZONE_RULE, recovery.publicKey, () => {});
    });
    this.callers.quietFrom = days * DAY * 1_000 - CALLERS_QUIET_MILLIS;
    this.callers.moveIn();
    this.#hangCamera();
    this.#keepTime(days);
    for (let day = 0; day < days; day++) this.#in(day * DAY + 2 * ADOPTION_SECONDS, () => this.#begin(day));
  }

  /** Where there is a camera, its owner enrols it: the lock says that somebody wants something, somebody presses inside. */
  #hangCamera(): void {
    const { hall, pressInside, checker } = this.#house;
    if (hall === undefined) return;
    hall.powerOn();
    this.#in(CAMERA_SECONDS, () => {
      const board = hall.enrolment;
      if (board === undefined) return;
      this.olga.declare({ kind: KIND_ENROL, board }, () => {});
      this.#in(PRESS_SECONDS, () => {
        pressInside();
        this.olga.declare({ kind: KIND_ENROL, board }, (reply) => {
          if (reply !== "yes") checker.report("the house did not converge", "the camera is not enrolled");
        });
      });
    });
  }

  /** The model's local time is changed on the switch nights. */
  #keepTime(days: number): void {
    const { model, world } = this.#house;
    for (const { at, aheadSeconds } of switches(FIRST_YEAR, LAST_YEAR)) {
      const delay = at - world.time;
      if (delay < 0 || delay >= days * DAY) continue;
      this.#in(delay, () => {
        model.zoneSeconds = aheadSeconds;
      });
    }
  }

  root(): Token | undefined {
    return this.#root;
  }

  shut(): void {
    const { door } = this.#house;
    if (door.leaf === "open" && !door.shut() && door.turn("retracted")) door.shut();
  }

  acknowledge(): void {
    this.read();
  }

  /** The owner's phone tells the lock the time; where that is not enough, its owner presses the button and tells it again. */
  tellTime(heard: (reply: Reply) => void = () => {}): void {
    this.olga.tellTime((reply) => {
      if (reply !== "no") {
        heard(reply);
        return;
      }
      this.#house.pressInside();
      this.#in(2, () => this.olga.tellTime(heard));
    });
  }

  /** Fetches the journal and verifies it; where the lock says that it is damaged, acknowledges that first. */
  read(heard: (isWhole: boolean) => void = () => {}): void {
    const { checker, films } = this.#house;
    const isFresh = this.#isFresh;
    audit(this.#house, this.olga, {
      since: this.#audit,
      isFresh,
      heard: (result) => {
        if (result.isDamaged) {
          this.#isFresh = true;
          films?.forget();
          this.#admit(heard);
          return;
        }
        const isWhole = result.verdict?.kind === "whole";
        if (result.verdict !== undefined) {
          this.tally.audits++;
          checker.audited(isWhole, result.records);
        }
        // Whoever begins afresh has no record of before.
        if (isWhole && !isFresh) films?.audited(result.records.map(({ entry }) => entry));
        else films?.forget();
        if (isWhole) this.#audit = result;
        // History that does not hold together is noted, and the owner goes on from what the lock signs now.
        if (result.verdict !== undefined) this.#isFresh = !isWhole;
        heard(isWhole);
      },
    });
  }

  #admit(heard: (isWhole: boolean) => void): void {
    this.olga.acknowledge((reply) => {
      if (reply !== "yes") {
        heard(false);
        return;
      }
      this.tally.acknowledged++;
      this.read(heard);
    });
  }

  /** Plans one day, a few minutes after midnight. */
  #begin(day: number): void {
    const random = this.#stream(`day ${day}`);
    if (day % ROOT_DAYS === 0) this.#renew();
    for (let visit = random.between(6, 10); visit > 0; visit--) {
      this.#in(daytime(random), () => this.#familyMember(this.#stream(`family ${day}.${visit}`)));
    }
    const parcels = this.#parcels ?? random.between(4, 8);
    for (let parcel = parcels; parcel > 0; parcel--) this.#planParcel(`${day}.${parcel}`);
    for (let visit = 2; visit > 0; visit--) {
      this.#in(daytime(random), () => {
        this.#callAt(this.#friend, this.#friends, this.#stream(`friend ${day}.${visit}`));
      });
    }
    if (random.chance(150)) this.#in(daytime(random), () => this.#revokeFriend());
    this.callers.plan(day);
    this.#planLight(day);
    const ears = this.#stream(`ears ${day}`);
    for (let times = LISTENS_A_DAY; times > 0; times--)
      this.#in(daytime(ears), () => this.olga.listen(ears.between(5, LISTEN_MINUTES)));
    // Some nights the owner forgets it, and what nobody has fetched must not make room meanwhile.
    if (!random.chance(400)) this.#in(22 * HOUR, () => this.read());
  }

  /** The week's grants: one for the parcel company, one for a friend on weekday afternoons. */
  #renew(): void {
    const { time } = this.#house.world;
    const until = seconds(time + ROOT_DAYS * DAY);
    const uses = this.#parcels === undefined ? ROOT_USES_DEFAULT : 2 * ROOT_DAYS * this.#parcels;
    this.#root = this.olga.grant(this.company, { from: time, until, uses, depth: 1 });
    const hours = { days: 0b0011111, start: 12 * 60, minutes: 6 * 60 };
    this.#friends = this.olga.grant(this.#friend, { from: time, until, hours });
  }

  #familyMember(random: Stream): void {
    const { door } = this.#house;
    const way = random.below(3);
    if (way === 0) this.olga.act("unlock", (reply) => reply === "yes" && this.#passThrough(random));
    else if (way === 1) {
      this.#house.pressInside();
      this.#passThrough(random);
    } else if (door.leaf === "closed" && door.turn("retracted")) this.#passThrough(random);
  }

  /** A courier with a grant for two hours comes at some time of the day, once or twice. */
  #planParcel(name: string): void {
    const random = this.#stream(`parcel ${name}`);
    const { time } = this.#house.world;
    const courier = new Person(this.#house, `courier ${name}`);
    const from = seconds(time + random.between(8, 17) * HOUR);
    const uses = random.between(1, 2);
    const cameraRule = this.#house.hall === undefined ? 0 : this.#stream(`camera ${name}`).pick([0, 0, 1, 2, 2]);
    const limits = { from, until: seconds(from + 2 * HOUR), uses, cameraRule };
    const token = this.#root === undefined ? undefined : this.company.delegate(this.#root, courier, limits);
    const isInTime = this.#parcels !== undefined || random.chance(600);
    const comes = isInTime ? random.between(900, 2 * HOUR - 900) : random.between(-3 * HOUR, 5 * HOUR);
    const delay = Math.max(60, from + comes - time);
    this.#in(delay, () => this.#callAt(courier, token, random));
    if (this.#parcels === undefined && random.chance(500)) {
      // Some ask again at once, while the door still stands open; most come back later.
      const again = random.chance(400) ? random.between(4, 55) : random.between(20, 900);
      this.#in(delay + again, () => this.#callAt(courier, token, this.#stream(`again ${name}`)));
    }
    if (token !== undefined) this.thief.copy(token);
  }

  #callAt(who: Person, token: Token | undefined, random: Stream): void {
    if (token === undefined) return;
    if (token.chain.some(({ cameraRule = 0 }) => cameraRule > 0)) this.#house.hall?.knocked();
    // Most stay on the line to hear that the door is locked behind them.
    const besides = this.#stream(`listens ${who.name}`).chance(700) ? { noticed: () => {} } : {};
    const heard = (reply: Reply) => {
      if (reply === "yes") this.#passThrough(random);
      else this.tally.refusals++;
    };
    who.request("unlock", token, heard, besides);
    // Somebody else with a grant of his own is right behind.
    const root = this.#root;
    if (who === this.company || root === undefined || !random.chance(80)) return;
    this.#in(random.between(1, 3), () => this.#callAt(this.company, root, this.#stream(`behind ${who.name}`)));
  }

  /** Opens the leaf once the bolt is drawn, goes through, and shuts it; some forget it for a while, some never open. */
  #passThrough(random: Stream): void {
    const { door } = this.#house;
    const never = random.chance(50);
    const inside = random.chance(100) ? random.between(130, 400) : random.between(3, 60);
    const waits = random.between(2, 6);
    const isPlayful = random.chance(50);
    if (never) return;
    this.#in(waits, () => {
      if (!door.open()) return;
      this.tally.visits++;
      // Somebody turns the bolt out beside its keeper, and has to turn it back before the leaf shuts.
      if (isPlayful) this.#in(1, () => door.leaf === "open" && door.turn("thrown"));
      this.#in(inside, () => this.shut());
    });
  }

  /** Dusk and dawn come, and somebody has the light on: an ordinary change that keeps nobody out. */
  #planLight(day: number): void {
    const { hall } = this.#house;
    if (hall === undefined) return;
    const random = this.#stream(`light ${day}`);
    for (let changes = random.below(LIGHTS_A_DAY); changes > 0; changes--) {
      const light = random.pick(LIGHT_PERMILLES);
      this.#in(daytime(random), () => hall.lightTo(light));
    }
  }

  #revokeFriend(): void {
    if (this.#friends !== undefined) this.olga.revoke(this.#friends, () => {});
  }

  #stream(name: string): Stream {
    return this.#house.world.stream(name);
  }

  #in(delaySeconds: number, act: () => void): void {
    this.#house.world.after(delaySeconds * 1_000, act);
  }
}

/** Some second between six in the morning and nine at night, counted from the day's first minutes. */
function daytime(random: Stream): number {
  return random.between(6 * HOUR, 21 * HOUR);
}

/** Gives the virtual time that so many days take. */
export function daysOf(days: number): Seconds {
  return seconds(days * DAY);
}
