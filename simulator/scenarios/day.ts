// A busy day at one door, drawn from the seed: family, friends, couriers in and out of their windows, a thief, a storm,
// a jam, a power cut; and each night the owner reads the journal.
// Why: nobody thinks of every order in which things happen, and a seed does. The checker says whether anything went wrong.
// No chance here depends on another person's stream, so a failing day stays the same day while it is being looked into.

import { type Seconds, seconds } from "../../firmware/platform.ts";
import { type Audit, audit } from "../audit.ts";
import { type Neighbourhood, ZONE_RULE } from "../neighbourhood.ts";
import { CALM, STORM } from "../network.ts";
import { Owner, Person, type Token } from "../people.ts";
import type { Stream } from "../random.ts";
import { Thief } from "../thief.ts";

/** 2026-12-13T23:00:00Z: midnight in central Europe, the first minute of a Monday. */
export const DAY_START = seconds(1_797_202_800);
const HOUR = 3_600;
const DAY = 24 * HOUR;
const ZONE_SECONDS = HOUR;
const ADOPTION_SECONDS = 600;
const RELOCK_MILLIS = 75_000;
const ROOT_DAYS = 7;
const TORN_WORDS_MAX = 40;
/** Where a cut would hurt most: between the request and the bolt's last step. */
const OPENING_MILLIS = 1_600;

/** What the days came to. */
export interface Tally {
  visits: number;
  refusals: number;
  audits: number;
}

/** Plans `days` days; they happen while the world advances by as many times 86,400 s. */
export function playDays(house: Neighbourhood, days: number): Tally {
  return new Days(house).play(days);
}

class Days {
  readonly #house: Neighbourhood;
  readonly #random: Stream;
  readonly #olga: Owner;
  readonly #company: Person;
  readonly #friend: Person;
  readonly #thief: Thief;
  readonly #tally: Tally = { visits: 0, refusals: 0, audits: 0 };
  #root: Token | undefined;
  #friends: Token | undefined;
  #audit: Audit | undefined;
  #isStormy = false;

  constructor(house: Neighbourhood) {
    this.#house = house;
    this.#random = house.world.stream("day");
    this.#olga = new Owner(house, "Olga");
    this.#company = new Person(house, "Parcel Co");
    this.#friend = new Person(house, "Finn");
    this.#thief = new Thief(house, "Thief");
    house.model.zoneSeconds = ZONE_SECONDS;
    house.checker.expectations.relockMillis = RELOCK_MILLIS;
  }

  play(days: number): Tally {
    const recovery = new Person(this.#house, "recovery words");
    this.#in(ADOPTION_SECONDS, () => {
      this.#house.pressInside();
      this.#olga.adopt(ZONE_RULE, recovery.publicKey, () => {});
    });
    for (let day = 0; day < days; day++) this.#in(day * DAY + 2 * ADOPTION_SECONDS, () => this.#begin(day));
    return this.#tally;
  }

  /** Plans one day, a few minutes after midnight. */
  #begin(day: number): void {
    const random = this.#random;
    this.#setWeather(random.chance(250));
    if (day % ROOT_DAYS === 0) this.#renew();
    for (let visit = random.between(6, 10); visit > 0; visit--) this.#in(this.#daytime(), () => this.#familyMember());
    for (let parcel = random.between(4, 8); parcel > 0; parcel--) this.#planParcel(day, parcel);
    this.#in(this.#daytime(), () => this.#callAt(this.#friend, this.#friends));
    this.#in(this.#daytime(), () => this.#callAt(this.#friend, this.#friends));
    for (let attempt = random.between(1, 3); attempt > 0; attempt--) this.#in(this.#daytime(), () => this.#steal());
    if (random.chance(300)) this.#in(this.#daytime(), () => this.#cutPower());
    if (random.chance(100)) this.#in(this.#daytime(), () => this.#jam());
    if (random.chance(30)) this.#in(this.#daytime(), () => this.#force());
    if (random.chance(150)) this.#in(this.#daytime(), () => this.#revokeFriend());
    this.#in(22 * HOUR, () => this.#read());
  }

  /** The week's grants: one for the parcel company, one for a friend on weekday afternoons. */
  #renew(): void {
    const { time } = this.#house.world;
    const until = seconds(time + ROOT_DAYS * DAY);
    this.#root = this.#olga.grant(this.#company, { from: time, until, uses: 60, depth: 1 });
    const hours = { days: 0b0011111, start: 12 * 60, minutes: 6 * 60 };
    this.#friends = this.#olga.grant(this.#friend, { from: time, until, hours });
  }

  #familyMember(): void {
    const { door } = this.#house;
    const way = this.#random.below(3);
    if (way === 0) this.#olga.act("unlock", (reply) => reply === "yes" && this.#passThrough());
    else if (way === 1) {
      this.#house.pressInside();
      this.#passThrough();
    } else if (door.leaf === "closed" && door.turn("retracted")) this.#passThrough();
  }

  /** A courier with a grant for two hours comes at some time of the day, once or twice. */
  #planParcel(day: number, parcel: number): void {
    const random = this.#random;
    const courier = new Person(this.#house, `courier ${day}.${parcel}`);
    const from = seconds(this.#house.world.time + random.between(8, 17) * HOUR);
    const limits = { from, until: seconds(from + 2 * HOUR), uses: random.between(1, 2) };
    const token = this.#root === undefined ? undefined : this.#company.delegate(this.#root, courier, limits);
    const comes = random.chance(600) ? random.between(0, 2 * HOUR) : random.between(-3 * HOUR, 5 * HOUR);
    const delay = Math.max(60, from + comes - this.#house.world.time);
    this.#in(delay, () => this.#callAt(courier, token));
    if (random.chance(400)) this.#in(delay + random.between(20, 900), () => this.#callAt(courier, token));
    if (token !== undefined) this.#thief.copy(token);
  }

  #callAt(who: Person, token: Token | undefined): void {
    if (token === undefined) return;
    who.request("unlock", token, (reply) => {
      if (reply === "yes") this.#passThrough();
      else this.#tally.refusals++;
    });
    if (this.#random.chance(20)) {
      this.#house.world.after(this.#random.between(1, OPENING_MILLIS), () => this.#cutPower());
    }
  }

  /** Opens the leaf once the bolt is drawn, goes through, and shuts it; some forget it for a while, some never open. */
  #passThrough(): void {
    const { door } = this.#house;
    const random = this.#random;
    if (random.chance(50)) return;
    const inside = random.chance(100) ? random.between(130, 400) : random.between(3, 60);
    this.#in(random.between(2, 6), () => {
      if (!door.open()) return;
      this.#tally.visits++;
      this.#in(inside, () => this.#shut());
    });
  }

  #shut(): void {
    const { door } = this.#house;
    if (door.leaf === "open" && !door.shut() && door.turn("retracted")) door.shut();
  }

  /** A crowbar; whoever comes by later shuts what is left of the door. */
  #force(): void {
    this.#house.door.force();
    this.#in(this.#random.between(10, HOUR), () => this.#shut());
  }

  #steal(): void {
    const strict = this.#house.checker.expectations;
    const kind = this.#random.below(3);
    if (kind === 0) this.#thief.tryCopies();
    else if (kind === 1) this.#thief.replay();
    else {
      // A flood may cost an honest phone its place for some seconds; it must not cost anything else.
      strict.isStrict = false;
      this.#thief.hammer(this.#random.between(20, 120));
      this.#in(120, () => this.#setWeather(this.#isStormy));
    }
  }

  /** At once, or in the middle of a write within the next minutes. */
  #cutPower(): void {
    const { flash, setPower } = this.#house;
    if (this.#random.chance(500)) setPower(false);
    else flash.cutAfterWords(this.#random.between(0, TORN_WORDS_MAX), { kind: "bits", random: this.#random });
    this.#in(this.#random.between(1, 1_200), () => {
      setPower(true);
      this.#in(this.#random.between(30, HOUR), () => this.#olga.tellTime(() => {}));
    });
  }

  #jam(): void {
    this.#house.jam(true);
    this.#in(this.#random.between(10, 600), () => {
      this.#house.jam(false);
      // A bolt that was given up waits for the next request or a hand.
      if (this.#house.door.bolt !== "thrown") this.#house.pressInside();
    });
  }

  #revokeFriend(): void {
    if (this.#friends !== undefined) this.#olga.revoke(this.#friends, () => {});
  }

  #read(): void {
    audit(this.#house, this.#olga, {
      since: this.#audit,
      heard: (result) => {
        if (result.verdict === undefined) return;
        this.#tally.audits++;
        this.#house.checker.audited(result.verdict.kind === "whole");
        if (result.verdict.kind === "whole") this.#audit = result;
      },
    });
  }

  #setWeather(isStormy: boolean): void {
    this.#isStormy = isStormy;
    this.#house.network.weather = isStormy ? STORM : CALM;
    this.#house.checker.expectations.isStrict = !isStormy;
  }

  /** Some second between six in the morning and ten at night, counted from the day's first minutes. */
  #daytime(): number {
    return this.#random.between(6 * HOUR, 21 * HOUR);
  }

  #in(delaySeconds: number, act: () => void): void {
    this.#house.world.after(delaySeconds * 1_000, act);
  }
}

/** Gives the virtual time that so many days take. */
export function daysOf(days: number): Seconds {
  return seconds(days * DAY);
}
