// The main story: an owner lets a company deliver, the company lets couriers in once each while a camera sees the hall, one of them
// covers its lens, and journal and film tell it all.
// Why: it is what the project exists for, and what a newcomer sees first.
// Monday, 14 December 2026, from half past seven in the morning, in central Europe.

import type { ClipVerdict } from "../../firmware/evidence/verify.ts";
import { KIND_ENROL } from "../../firmware/grant/body.ts";
import { type Seconds, seconds } from "../../firmware/platform.ts";
import { type Audit, audit } from "../audit.ts";
import { lookAtFilm } from "../film.ts";
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
  /** The films of the visits, in their order. */
  films: readonly ClipVerdict[];
}

/** Plans the whole story; it happens while the world advances by `DELIVERY_SECONDS`. */
export function playDelivery(house: Neighbourhood, tell: (line: Line) => void): Outcome {
  return new Delivery(house, tell).play();
}

/** Names of the couriers, by what becomes of them. */
const COURIERS = Object.freeze(["Carl", "Dora", "Eve", "Finn"] as const);
type Courier = (typeof COURIERS)[number];

/** Their camera must be live, and see. */
const CAMERA_LIVE = 2;
const AT_WORK = "is not asked: the grant is signed";

class Delivery {
  readonly #house: Neighbourhood;
  readonly #tell: (line: Line) => void;
  readonly #outcome: Outcome = { replies: {}, audit: undefined, films: [] };
  readonly #olga: Owner;
  readonly #company: Person;
  readonly #thief: Person;
  readonly #couriers: Readonly<Record<Courier, Person>>;
  /** Whether the camera's red light was told of: once is enough. */
  #hasLooked = false;

  constructor(house: Neighbourhood, tell: (line: Line) => void) {
    this.#house = house;
    this.#tell = tell;
    this.#olga = new Owner(house, "Olga");
    this.#company = new Person(house, "Parcel Co");
    this.#thief = new Person(house, "Thief");
    const [Carl, Dora, Eve, Finn] = COURIERS.map((name) => new Person(house, name)) as [Person, Person, Person, Person];
    this.#couriers = { Carl, Dora, Eve, Finn };
  }

  play(): Outcome {
    const { door, world, hall } = this.#house;
    this.#at("07:32", () => this.#adopt());
    this.#at("07:32:20", () => this.#hangCamera());
    this.#at("08:00", () => {
      const root = this.#grant();
      this.#at("09:00", () => this.#deliver(this.#delegate(root)));
    });
    door.watch({
      boltAt: (place) => {
        if (place !== "between") this.#say("the bolt", place === "thrown" ? "is thrown: locked" : "is drawn: unlocked");
      },
      signals: (signal) => signal === "alarm" && this.#say("the lock", "sounds its alarm"),
    });
    world.watch(() => {
      if (this.#hasLooked || hall?.board.isLit !== true) return;
      this.#hasLooked = true;
      this.#say("the camera", "lights its red light, and looks");
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

  #hangCamera(): void {
    const { hall } = this.#house;
    hall?.powerOn();
    const board = hall?.enrolment;
    if (board === undefined) return;
    this.#olga.declare({ kind: KIND_ENROL, board }, (reply) => {
      this.#outcome.replies["enrol"] = reply;
      this.#say("Olga", "hangs a camera in the hall, and enrols it", reply === "yes" ? "listens to it" : "refuses");
    });
  }

  #grant(): Token {
    const until = seconds(at("08:00") + 7 * 86_400);
    this.#say("Olga", "grants Parcel Co a week: 20 uses, each of them filmed", AT_WORK);
    return this.#olga.grant(this.#company, { from: at("08:00"), until, uses: 20, depth: 1, cameraRule: CAMERA_LIVE });
  }

  #delegate(root: Token): Readonly<Record<Courier, Token>> {
    const limits = { from: at("14:00"), until: at("16:00"), uses: 1 };
    this.#say("Parcel Co", `delegates to ${COURIERS.join(", ")}: each today 14:00 to 16:00, one use`, "is not asked");
    const handed = (to: Courier) => this.#company.delegate(root, this.#couriers[to], limits);
    return { Carl: handed("Carl"), Dora: handed("Dora"), Eve: handed("Eve"), Finn: handed("Finn") };
  }

  #deliver(tokens: Readonly<Record<Courier, Token>>): void {
    const { door, hall } = this.#house;
    const { Carl, Dora, Eve, Finn } = this.#couriers;
    this.#at("13:00", () => this.#try("early", Carl, tokens.Carl, "is an hour early"));
    this.#at("14:10", () => this.#try("stolen", this.#thief, tokens.Carl, "has copied Carl's grant, but not his key"));
    this.#at("14:20", () => this.#knock("visit", Carl, tokens.Carl, "stands at the door in time"));
    this.#at("14:20:20", () => door.open() && this.#say("Carl", "goes in with the parcel"));
    this.#at("14:21", () => door.shut() && this.#say("Carl", "leaves and pulls the door shut"));
    this.#at("14:30", () => this.#try("again", Carl, tokens.Carl, "tries a second time"));
    this.#at("15:00", () => this.#knock("second", Eve, tokens.Eve, "stands at the door in time"));
    this.#at("15:00:20", () => door.open() && this.#say("Eve", "goes in, and hangs a sheet of paper over the lens"));
    this.#at("15:00:24", () => hall?.begin("cover"));
    this.#at("15:00:40", () => door.shut() && this.#say("Eve", "leaves and pulls the door shut"));
    this.#at("15:01:10", () => this.#try("back", Eve, tokens.Eve, "would go in once more"));
    this.#at("15:20", () => this.#knock("covered", Finn, tokens.Finn, "stands at the door; the paper is still there"));
    this.#at("17:00", () => this.#try("late", Dora, tokens.Dora, "comes an hour too late"));
    this.#at("18:00", () => {
      hall?.end("cover");
      audit(this.#house, this.#olga, { heard: (result) => this.#read(result) });
    });
  }

  /** Asks once. */
  #try(name: string, who: Person, token: Token, what: string): void {
    const heard = (reply: Reply) => this.#heard(name, reply, [who.name, what]);
    who.request("unlock", token, heard, { tries: 1 });
  }

  /** Asks, and asks again while the camera is to prove itself. */
  #knock(name: string, who: Person, token: Token, what: string): void {
    const heard = (reply: Reply) => this.#heard(name, reply, [who.name, "asks again"]);
    who.request("unlock", token, heard, { knocked: () => this.#say(who.name, what, "says wait: it asks the camera") });
  }

  #heard(name: string, reply: Reply, [who, what]: readonly [who: string, what: string]): void {
    this.#outcome.replies[name] = reply;
    this.#say(who, what, reply === "yes" ? "says yes" : reply === "no" ? "says no" : "does not answer");
  }

  #read(result: Audit): void {
    this.#outcome.audit = result;
    const count = (kind: string) => result.records.filter(({ entry }) => entry.kind === kind).length;
    const records = `${result.records.length} records: ${count("intent")} openings, ${count("refusal")} refusals`;
    const isWhole = result.verdict?.kind === "whole";
    this.#say(
      "Olga",
      `comes home and fetches ${records}`,
      isWhole ? "has signed an unbroken chain" : "gave a journal that FAILS",
    );
    this.#watchFilms(result);
  }

  #watchFilms({ records }: Audit): void {
    const { crypto, hall, films } = this.#house;
    if (hall === undefined) return;
    const entries = records.map(({ entry }) => entry);
    films?.audited(entries);
    for (const { seq, entry } of records) {
      if (entry.kind !== "intent") continue;
      const looked = lookAtFilm(crypto, hall, { visit: seq, entries });
      const closing = entries.find((each) => each.kind === "closing" && each.intent === seq);
      const outcome = closing?.kind === "closing" ? closing.outcome : "nothing";
      const whose = COURIERS.find((name) => crypto.isEqual(this.#couriers[name].kid, entry.actor)) ?? "nobody";
      const isOk = looked.kind === "judged" && looked.verdict.isOk;
      if (looked.kind === "judged") this.#outcome.films = [...this.#outcome.films, looked.verdict];
      const pictures = looked.kind === "judged" ? `${looked.verdict.frames} pictures` : looked.kind;
      const what = `opens ${whose}'s film: ${pictures}, all as they were signed`;
      if (isOk) this.#say("Olga", what, `has its hash, and wrote: ${outcome}`);
      else this.#say("Olga", `finds that ${whose}'s film FAILS`);
    }
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
