// The main story: an owner lets a company deliver, the company lets one courier in once, and the journal tells it all.
// Why: it is what the project exists for, and what a newcomer sees first.
// Monday, 14 December 2026, from half past seven in the morning, in central Europe.

import { type Seconds, seconds } from "../../firmware/platform.ts";
import { type Audit, audit } from "../audit.ts";
import { type Neighbourhood, ZONE_RULE } from "../neighbourhood.ts";
import { Owner, Person, type Reply, type Token } from "../people.ts";

/** 2026-12-14T06:30:00Z. */
export const DELIVERY_START = seconds(1_797_229_800);
/** Half past seven to half past six. */
export const DELIVERY_SECONDS = seconds(11 * 3_600);
const MIDNIGHT = DELIVERY_START - 27_000;

/** One line of the story: when, who, what, and what the lock did. */
export interface Line {
  /** Wall clock, `14:20`. */
  readonly time: string;
  readonly who: string;
  readonly what: string;
  readonly lock: string;
}

/** What came of it all. */
export interface Outcome {
  readonly replies: Record<string, Reply>;
  audit: Audit | undefined;
}

/** Plans the whole story; it happens while the world advances by `DELIVERY_SECONDS`. */
export function playDelivery(house: Neighbourhood, tell: (line: Line) => void): Outcome {
  return new Delivery(house, tell).play();
}

class Delivery {
  readonly #house: Neighbourhood;
  readonly #tell: (line: Line) => void;
  readonly #outcome: Outcome = { replies: {}, audit: undefined };
  readonly #olga: Owner;
  readonly #company: Person;
  readonly #carl: Person;
  readonly #dora: Person;
  readonly #thief: Person;

  constructor(house: Neighbourhood, tell: (line: Line) => void) {
    this.#house = house;
    this.#tell = tell;
    this.#olga = new Owner(house, "Olga");
    this.#company = new Person(house, "Parcel Co");
    this.#carl = new Person(house, "Carl");
    this.#dora = new Person(house, "Dora");
    this.#thief = new Person(house, "Thief");
  }

  play(): Outcome {
    const { door } = this.#house;
    this.#at("07:32", () => this.#adopt());
    this.#at("08:00", () => {
      const root = this.#grant();
      this.#at("09:00", () => this.#deliver(this.#delegate(root, this.#carl), this.#delegate(root, this.#dora)));
    });
    door.watch({
      boltAt: (place) => {
        if (place !== "between") this.#say("the bolt", place === "thrown" ? "is thrown: locked" : "is drawn: unlocked");
      },
    });
    return this.#outcome;
  }

  #adopt(): void {
    const recovery = new Person(this.#house, "recovery words");
    this.#house.pressInside();
    this.#olga.adopt(ZONE_RULE, recovery.publicKey, (reply) => {
      this.#outcome.replies["adopt"] = reply;
      this.#say("Olga", "presses the inside button and adopts the lock", reply === "yes" ? "is hers" : "refuses");
    });
  }

  #grant(): Token {
    const limits = { from: at("08:00"), until: seconds(at("08:00") + 7 * 86_400), uses: 20, depth: 1 };
    this.#say("Olga", "grants Parcel Co a week: 20 uses, may be delegated once", "is not asked: the grant is signed");
    return this.#olga.grant(this.#company, limits);
  }

  #delegate(root: Token, courier: Person): Token {
    const limits = { from: at("14:00"), until: at("16:00"), uses: 1 };
    this.#say("Parcel Co", `delegates to ${courier.name}: today 14:00 to 16:00, one use`, "is not asked");
    return this.#company.delegate(root, courier, limits);
  }

  #deliver(carls: Token, doras: Token): void {
    const { door } = this.#house;
    this.#at("13:00", () => this.#try("early", this.#carl, carls, "is an hour early"));
    this.#at("14:10", () => this.#try("stolen", this.#thief, carls, "has copied Carl's grant, but not his key"));
    this.#at("14:20", () => this.#try("visit", this.#carl, carls, "stands at the door in time"));
    this.#at("14:20:04", () => door.open() && this.#say("Carl", "goes in with the parcel"));
    this.#at("14:21:30", () => door.shut() && this.#say("Carl", "leaves and pulls the door shut"));
    this.#at("14:30", () => this.#try("again", this.#carl, carls, "tries a second time"));
    this.#at("17:00", () => this.#try("late", this.#dora, doras, "comes an hour too late"));
    this.#at("18:00", () => {
      audit(this.#house, this.#olga, { heard: (result) => this.#read(result) });
    });
  }

  #try(name: string, who: Person, token: Token, what: string): void {
    who.request("unlock", token, (reply) => {
      this.#outcome.replies[name] = reply;
      this.#say(who.name, what, reply === "yes" ? "says yes" : reply === "no" ? "says no" : "does not answer");
    });
  }

  #read(result: Audit): void {
    this.#outcome.audit = result;
    const count = (kind: string) => result.records.filter(({ entry }) => entry.kind === kind).length;
    const records = `${result.records.length} records: ${count("intent")} opening, ${count("refusal")} refusals`;
    const isWhole = result.verdict?.kind === "whole";
    this.#say(
      "Olga",
      `comes home and fetches ${records}`,
      isWhole ? "has signed an unbroken chain" : "gave a journal that FAILS",
    );
  }

  #say(who: string, what: string, lock = ""): void {
    const minute = Math.floor((this.#house.world.time - MIDNIGHT) / 60);
    this.#tell({ time: `${two(Math.floor(minute / 60))}:${two(minute % 60)}`, who, what, lock });
  }

  #at(clock: string, act: () => void): void {
    this.#house.world.after((at(clock) - this.#house.world.time) * 1_000, act);
  }
}

/** The instant at which the kitchen clock shows `HH:MM` or `HH:MM:SS` on that day. */
function at(clock: string): Seconds {
  const [hours, minutes, rest = 0] = clock.split(":").map(Number);
  return seconds(MIDNIGHT + hours * 3_600 + minutes * 60 + rest);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
