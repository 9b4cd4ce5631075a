// Goal: whoever comes in, at the keypad, by a grant or as an owner, comes in when an independent calendar says so.
// Method: a seeded month at a door, over a change of the clock; users, grants, modes and holidays are set and changed, power is cut,
// and each verdict is compared with a plain reading of the rules, minute by minute, on Intl's wall clock.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { UserSetting } from "../../firmware/codes/form.ts";
import type { Holiday, UserType } from "../../firmware/codes/user.ts";
import { KIND_ACT, KIND_CONFIGURE, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { type Seconds, seconds } from "../../firmware/platform.ts";
import { worldOffset, ZONES } from "../../firmware/time/test/zones.ts";
import type { Token } from "../../simulator/caller.ts";
import { ANA, HOUR, House } from "./house.ts";

const STEPS = 260;
const MINUTE = 60;
const DAY = 86_400;
/** Behind it every key has a statement, and every grant an opening. */
const PAUSE_SECONDS = 1_300;
/** Some seconds more than the clock is wide for the most part. */
const WIDE_SECONDS = 50;
/** By how much the clock may be later, besides, than when it was looked at. */
const SLACK_SECONDS = 2;
const MODES = ["normal", "vacation", "privacy", "noRemote", "passage"];
/** From the least restricting to the most. */
const STRICTER = ["passage", "normal", "noRemote", "vacation"];
const TYPES: readonly UserType[] = [
  "unrestricted",
  "yearDaySchedule",
  "weekDaySchedule",
  "programming",
  "disposable",
  "expiring",
  "scheduleRestricted",
];

interface Guest {
  readonly token: Token;
  readonly from: number;
  readonly until: number;
  readonly weeklies: readonly number[];
}

/** One door, and what a reader of its rules thinks of it. */
class Month {
  readonly house: House;
  readonly next: (bound: number) => number;
  readonly wall: (at: number) => number;
  readonly users = new Map<number, { setting: UserSetting; pin: string; firstUsed: number | undefined }>();
  readonly counts = { yes: 0, no: 0, unclear: 0 };
  guests: Guest[] = [];
  holidays: Holiday[] = [];
  mode = "normal";
  width = 600;

  constructor(name: string, rule: string, seed: number) {
    let state = seed;
    this.next = (bound) => {
      state = (state * 48_271) % 0x7fff_ffff;
      return state % bound;
    };
    const offset = worldOffset(name);
    this.wall = (at) => at + offset(at);
    this.house = new House(rule, false);
  }

  get now(): number {
    return this.house.desk.time;
  }

  /** A time of a whole minute around now. */
  time(before: number, behind: number): Seconds {
    return seconds(Math.floor((this.now - before + this.next(before + behind)) / MINUTE) * MINUTE);
  }

  weekly(): number[] {
    return [1 + this.next(127), this.next(1_440), 1 + this.next(this.next(3) === 0 ? 1_440 : 500)];
  }

  /** What the clock may show now; undefined as its end where it does not know. */
  interval(): { lo: number; hi: number | undefined } {
    const owner = this.house.desk.ownerSession();
    const answer = owner.ask({ kind: "status" });
    owner.leave();
    if (answer?.kind !== "status") throw new Error("no status");
    return { lo: answer.status.timeLow ?? 0, hi: answer.status.timeHigh };
  }

  isInHours(weeklies: readonly number[], at: number): boolean {
    if (weeklies.length === 0) return true;
    const minute = Math.floor(this.wall(at) / MINUTE);
    for (let index = 0; index < weeklies.length; index += 3) {
      const [days = 0, start = 0, minutes = 0] = weeklies.slice(index, index + 3);
      // Every window that may reach this minute began today or yesterday.
      for (const day of [Math.floor(minute / 1_440), Math.floor(minute / 1_440) - 1]) {
        // 1 January 1970 was a Thursday.
        const weekday = (((day + 3) % 7) + 7) % 7;
        const began = day * 1_440 + start;
        if (((days >> weekday) & 1) === 1 && began <= minute && minute < began + minutes) return true;
      }
    }
    return false;
  }

  modeAt(at: number): string {
    const on = this.holidays.filter(({ from, until }) => from <= at && at < until).map(({ mode }) => mode as string);
    return on.length === 0 ? this.mode : strictest(on);
  }

  inForce({ lo, hi }: { lo: number; hi: number | undefined }): string {
    return strictest(hi === undefined ? [this.mode, this.modeAt(lo)] : instants(lo, hi).map((at) => this.modeAt(at)));
  }

  isUserDue(index: number, interval: { lo: number; hi: number | undefined }): boolean {
    const user = this.users.get(index);
    if (user === undefined || !user.setting.isEnabled) return false;
    const { setting, firstUsed } = user;
    const { type, weekDays, yearDays, expiryMinutes = 0 } = setting;
    const mode = this.inForce(interval);
    if (mode === "vacation" && type !== "programming") return false;
    if (type === "unrestricted" || type === "programming") return true;
    if (type === "disposable") return firstUsed === undefined;
    const { lo, hi } = interval;
    if (hi === undefined || hi - lo > this.width) return false;
    if (type === "expiring") return firstUsed === undefined || lo < firstUsed + expiryMinutes * MINUTE;
    const weeks = type === "yearDaySchedule" ? [] : weekDays;
    const years = type === "weekDaySchedule" ? [] : yearDays;
    if (weeks.length + years.length === 0) return false;
    return instants(lo, hi).some(
      (at) =>
        this.isInHours(weeks, at) && (years.length === 0 || years.some(({ from, until }) => from <= at && at < until)),
    );
  }

  isGuestDue(guest: Guest, interval: { lo: number; hi: number | undefined }): boolean {
    const { lo, hi } = interval;
    if (this.inForce(interval) === "vacation") return false;
    if (hi === undefined || hi - lo > this.width) return false;
    const { from, until, weeklies } = guest;
    return instants(lo, hi).some((at) => from <= at && at < until && this.isInHours(weeklies, at));
  }

  isOwnerDue(way: string, interval: { lo: number; hi: number | undefined }): boolean {
    return way === "ble" || this.inForce(interval) !== "noRemote";
  }

  /** Compares a verdict with what is expected of every interval that the clock may have had meanwhile. */
  judge(
    what: string,
    isDue: (interval: { lo: number; hi: number | undefined }) => boolean,
    ask: () => string,
  ): boolean {
    const { lo, hi } = this.interval();
    const before = this.now;
    const verdict = ask();
    // A keypad's link may have had to be made anew.
    const later = this.now - before + SLACK_SECONDS;
    const shifted = [0, later].map((by) => isDue({ lo: lo + by, hi: hi === undefined ? hi : hi + by }));
    const wider = isDue({ lo, hi: hi === undefined ? hi : hi + later });
    if (shifted[0] !== shifted[1] || wider !== shifted[0]) this.counts.unclear++;
    else {
      assert.is(
        verdict,
        shifted[0] ? "yes" : "no",
        `${what} at ${new Date(this.now * 1_000).toISOString()}, clock ${lo} to ${hi}`,
      );
      this.counts[shifted[0] ? "yes" : "no"]++;
    }
    return verdict === "yes";
  }

  setUser(): void {
    const { house } = this;
    const index = 1 + this.next(6);
    const former = this.users.get(index);
    const from = this.time(2 * DAY, 3 * DAY);
    const setting: UserSetting = {
      ...ANA,
      name: `user ${index}`,
      type: TYPES[this.next(TYPES.length)] ?? "unrestricted",
      isEnabled: this.next(8) > 0,
      weekDays: Array.from({ length: this.next(4) }, () => this.weekly()).flat(),
      yearDays: Array.from({ length: this.next(3) }, () => ({
        from,
        until: seconds(from + MINUTE * (1 + this.next(6_000))),
      })),
      expiryMinutes: 1 + this.next(2_880),
    };
    const isNew = former === undefined;
    assert.is(house.set({ kind: "user", index, isNew, setting }), "yes");
    const pin = former?.pin ?? `${700_000_000_000 + index * 123_456_789 + 41_977 * index * index}`;
    if (isNew) {
      const value = Uint8Array.from(pin, (digit) => digit.charCodeAt(0));
      assert.is(house.set({ kind: "credential", slot: index, credential: { user: index, type: "pin", value } }), "yes");
    }
    this.users.set(index, { setting, pin, firstUsed: undefined });
  }

  setHolidays(): void {
    this.holidays = Array.from({ length: this.next(3) }, () => {
      const from = this.time(DAY, 3 * DAY);
      const mode = (["normal", "vacation", "noRemote"] as const)[this.next(3)] ?? "normal";
      return { from, until: seconds(from + MINUTE * (1 + this.next(2_000))), mode };
    });
    assert.is(this.house.set({ kind: "holidays", holidays: this.holidays }), "yes");
  }

  configure(): void {
    this.mode = ["normal", "normal", "passage", "noRemote", "vacation"][this.next(5)] ?? "normal";
    this.width = [60, 600, 600, 3_600][this.next(4)] ?? 600;
    const settings = [
      { key: 3, value: MODES.indexOf(this.mode) },
      { key: 6, value: this.width },
    ];
    assert.is(this.house.desk.state({ kind: KIND_CONFIGURE, settings }), "yes");
  }

  addGuest(): void {
    const { desk } = this.house;
    const [from, until] = [this.time(DAY, DAY), this.time(0, 5 * DAY)];
    const weeklies = Array.from({ length: this.next(4) }, () => this.weekly()).flat();
    const token = desk.grant({ to: desk.person("guest"), notBefore: from, expiry: until, weeklies });
    this.guests = [...this.guests, { token, from, until, weeklies }].slice(-6);
  }

  /** Whole minutes of the next day at which a mode, a span or hours begin or end. */
  edges(weeklies: readonly number[], spans: readonly { readonly from: number; readonly until: number }[]): number[] {
    const found = [...this.holidays, ...spans].flatMap(({ from, until }) => [from, until]);
    const [first, last] = [this.now + PAUSE_SECONDS + WIDE_SECONDS, this.now + DAY];
    for (let at = Math.ceil(first / MINUTE) * MINUTE; at < last; at += MINUTE) {
      if (this.isInHours(weeklies, at) !== this.isInHours(weeklies, at - MINUTE)) found.push(at);
    }
    return found.filter((at) => at >= first && at < last);
  }

  /** Lets time pass, for the most part to where a bound of the clock is near such a minute. */
  pass(weeklies: readonly number[] = [], spans: Parameters<Month["edges"]>[1] = []): void {
    const { desk } = this.house;
    const edges = this.next(4) === 0 ? [] : this.edges(weeklies, spans);
    const edge = edges[this.next(Math.max(1, edges.length))];
    if (edge === undefined) desk.passTime(PAUSE_SECONDS + this.next(this.next(4) === 0 ? 30 * HOUR : 3 * HOUR));
    else desk.passTime(edge - this.now - WIDE_SECONDS + this.next(2 * WIDE_SECONDS));
  }

  typed(): void {
    const { house } = this;
    const index = 1 + this.next(6);
    const user = this.users.get(index);
    this.pass(user?.setting.weekDays, user?.setting.yearDays);
    const type = () => house.typist.typeAtOnce(user?.pin ?? "918273645");
    const isIn = this.judge(`user ${index} ${JSON.stringify(user)}`, (at) => this.isUserDue(index, at), type);
    if (!isIn) return;
    const kind = user?.setting.type;
    if (user !== undefined && (kind === "disposable" || kind === "expiring")) user.firstUsed ??= this.interval().lo;
    house.visit();
  }

  shown(): void {
    const { desk } = this.house;
    const guest = this.guests[this.next(Math.max(1, this.guests.length))];
    if (guest === undefined) return;
    this.pass(guest.weeklies, [guest]);
    const what = `guest ${JSON.stringify({ ...guest, token: 0 })}`;
    if (
      this.judge(
        what,
        (at) => this.isGuestDue(guest, at),
        () => desk.open(guest.token),
      )
    )
      this.house.visit();
  }

  owned(): void {
    const { desk } = this.house;
    const way = this.next(2) === 0 ? "ble" : "tcp";
    this.pass();
    const act = () => {
      const caller = desk.ownerSession(desk.owner, way);
      const verdict = caller.state({ kind: KIND_ACT, operation: 0 });
      caller.leave();
      return verdict === "mode" ? "no" : verdict;
    };
    if (this.judge(`owner by ${way}`, (at) => this.isOwnerDue(way, at), act)) this.house.visit();
  }

  step(): void {
    const { house, next } = this;
    const { desk } = house;
    const what = next(20);
    if (what < 8) this.typed();
    else if (what < 12) this.shown();
    else if (what < 13) this.owned();
    if (what < 13) return;
    this.pass();
    if (what < 15) this.setUser();
    else if (what < 16) this.setHolidays();
    else if (what < 17) this.configure();
    else if (what < 18) this.addGuest();
    else if (what < 19) desk.state({ kind: KIND_SET_CLOCK, isBackwards: false });
    else if (next(3) === 0) {
      desk.reboot();
      house.typist.connect();
      desk.passTime(40);
    }
  }
}

function strictest(modes: readonly string[]): string {
  return STRICTER[Math.max(...modes.map((mode) => STRICTER.indexOf(mode)))] ?? "normal";
}

/** The first of a range, every whole minute in it, and its last. */
function instants(lo: number, hi: number): number[] {
  const all = [lo];
  for (let at = (Math.floor(lo / MINUTE) + 1) * MINUTE; at < hi; at += MINUTE) all.push(at);
  return [...all, hi];
}

for (const [zone, seed] of [
  ["Europe/Berlin", 1],
  ["America/Havana", 3],
  ["Australia/Lord_Howe", 5],
  ["Atlantic/Azores", 6],
] as const) {
  test(`a month in ${zone}, seed ${seed}`, () => {
    const [, rule = "UTC0"] = ZONES.find(([name]) => name === zone) ?? [];
    const month = new Month(zone, rule, seed * 7_919);
    for (let index = 0; index < STEPS; index++) month.step();
    const { yes, no, unclear } = month.counts;
    assert.ok(yes > 20 && no > 20 && unclear < 20, JSON.stringify(month.counts));
  });
}

test.run();
