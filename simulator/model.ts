// The plain model of a door and of who may open it: the truth that the checker compares the lock with.
// Why: a second, slower and much simpler telling of the same rules finds what the first one got wrong; so it imports
// nothing from firmware/, knows no bytes and no signatures, and stays under a hundred lines.
// A clock that is right to within ten minutes may err near the edge of a window: there the model says "maybe".

/** Hours of the week in local time: bit 0 of `days` is Monday; minutes after midnight, and how long. */
export type Hours = { readonly days: number; readonly start: number; readonly minutes: number };

/** One link of a grant in plain words: its name is unique in a run. Times are NumericDate; an absent limit allows. */
export interface PlainLink {
  readonly name: string;
  readonly from?: number;
  readonly until?: number;
  readonly uses?: number;
  readonly hours?: Hours;
  /** What the camera must prove: 0 nothing, 1 that it records, 2 that it sees. Whether it does is no affair of the model's. */
  readonly cameraRule?: number;
}

export type Act = "unlock" | "lock";

/** What somebody asks of the lock, as somebody who sees everything would put it. Root first; an owner has no chain.
 *  `isGenuine`: whether who asks holds the last key of the chain (or the owner's key), and signed for this very session. */
export type Ask = {
  readonly act: Act;
  readonly chain: readonly PlainLink[];
  readonly isGenuine: boolean;
  /** Whether the camera may not have had its time yet: who knocks asks again. */
  readonly isKnock?: boolean;
};

export type Verdict = "yes" | "no" | "maybe";

const CLOCK_ERROR_SECONDS = 700;
const FREE_RETRY_SECONDS = 60;
const WEEK_MINUTES = 10_080;

/** Who may open, and what they have used up. */
export class Model {
  isAdopted = false;
  /** Whether the lock has been told the time since it last lost power. */
  isClockSet = false;
  /** Whether the bolt was stuck since the last opening: a lock may refuse guests until an owner or the inside freed it. */
  wasStuck = false;
  /** Whether records that count uses were spoilt: then nobody can hold a lock to them. */
  isSpoilt = false;
  /** Seconds that local time is ahead of UTC. */
  zoneSeconds = 0;
  readonly revoked = new Set<string>();
  /** What an owner asked to revoke, and no answer came: the lock may have heard it or not. */
  readonly doubted = new Set<string>();
  readonly used = new Map<string, number>();
  #visit: { ask: Ask; began: number; hasEntered: boolean; isCounted: boolean } | undefined;

  /** Says whether the lock must open or throw the bolt, must not, or may do either. */
  judge(ask: Ask, time: number): Verdict {
    if (!ask.isGenuine || !this.isAdopted) return "no";
    if (ask.chain.length === 0) return "yes";
    if (ask.chain.some((link) => this.revoked.has(link.name))) return "no";
    const isDoubted = ask.chain.some((link) => this.doubted.has(link.name));
    let verdict: Verdict = this.isClockSet && !isDoubted ? "yes" : "maybe";
    for (const link of ask.chain) {
      const held = [-CLOCK_ERROR_SECONDS, 0, CLOCK_ERROR_SECONDS].map((error) => this.#isWithin(link, time + error));
      if (!held.includes(true)) return "no";
      if (held.includes(false)) verdict = "maybe";
      const isSpent = ask.act === "unlock" && link.uses !== undefined && (this.used.get(link.name) ?? 0) >= link.uses;
      if (isSpent && !this.isSpoilt && !this.isFreeRetry(ask, time)) return "no";
    }
    return this.#visit === undefined && !this.wasStuck && !this.isSpoilt ? verdict : "maybe";
  }

  /** Counts an opening. */
  opened(ask: Ask, time: number): void {
    const isCounted = !this.isFreeRetry(ask, time);
    if (isCounted) this.#count(ask, 1);
    this.#visit = { ask, began: time, hasEntered: false, isCounted };
    this.wasStuck = false;
  }

  /** Hears that the leaf was opened; that the visit is over; or that it is, and the bolt has not moved. */
  heard(event: "entered" | "secured" | "not moved"): void {
    const visit = this.#visit;
    if (visit === undefined) return;
    if (event === "entered") visit.hasEntered = true;
    else this.#visit = undefined;
    if (event === "not moved" && visit.isCounted) this.#count(visit.ask, -1);
  }

  /** Who came last, while the visit lasts. */
  get visitor(): Ask | undefined {
    return this.#visit?.ask;
  }

  /** Whether an opening now belongs to the one before: nobody went in yet, and it is not a minute ago. */
  isFreeRetry({ chain }: Ask, time: number): boolean {
    const visit = this.#visit;
    const isSame = visit !== undefined && visit.ask.chain.at(-1)?.name === chain.at(-1)?.name;
    return isSame && !visit.hasEntered && time - visit.began <= FREE_RETRY_SECONDS;
  }

  #count(ask: Ask, step: number): void {
    for (const { name } of ask.chain) this.used.set(name, (this.used.get(name) ?? 0) + step);
  }

  #isWithin(link: PlainLink, time: number): boolean {
    if (time < (link.from ?? 0) || time >= (link.until ?? Number.POSITIVE_INFINITY)) return false;
    if (link.hours === undefined) return true;
    const { days, start, minutes } = link.hours;
    // 1970 began on a Thursday, three days after Monday.
    const minute = (Math.floor((time + this.zoneSeconds) / 60) + 3 * 1440) % WEEK_MINUTES;
    const since = (day: number) => (minute - day * 1440 - start + 2 * WEEK_MINUTES) % WEEK_MINUTES;
    return [0, 1, 2, 3, 4, 5, 6].some((day) => ((days >> day) & 1) === 1 && since(day) < minutes);
  }
}
