// The hour after the faults: power is on, the air is calm, the bolt is free, the contact honest and the flash sound.
// Why: a house that merely survives is not enough. It must come back by itself, with what its people would do anyway: locked,
// open to its owner, open to a fresh grant and to a fresh code exactly as often as those say, and with a journal that verifies.

import type { Neighbourhood } from "../neighbourhood.ts";
import { Person, type Reply, type Token } from "../people.ts";
import type { Household } from "./day.ts";

/** A bolt that is free is thrown again so long after the last hand left the door. */
const SETTLED_SECONDS = 120;
const USES = 2;
const STEP_SECONDS = 180;
/** A quarter of the hour: a code that began with it is good by then on every clock that is right. */
const CODE_SECONDS = 900;
const LASTS_SECONDS = 1_800;

/** What the last hour must show; it takes half of it. */
export class Aftermath {
  readonly #house: Neighbourhood;
  readonly #household: Household;
  readonly #guest: Person;
  #isRead = false;
  #opened = 0;
  /** How often the fresh code opened. */
  #admitted = 0;
  #replies: Reply[] = [];

  constructor(house: Neighbourhood, household: Household) {
    this.#house = house;
    this.#household = household;
    this.#guest = new Person(house, "late guest");
  }

  /** Begins, right after the faults ended. */
  begin(): void {
    const { door, pressInside } = this.#house;
    const { olga } = this.#household;
    this.#in(1, () => {
      this.#household.shut();
      // Whoever lives here comes to look, lets the bolt out of wherever it stuck, and vouches for the owner's word.
      pressInside();
    });
    // A ring that is full of what nobody has fetched takes an owner's other statements only after that.
    this.#in(10, () => this.#household.read((isWhole) => this.#heardRead(isWhole)));
    this.#in(40, () => {
      this.#household.tellTime((reply) => this.#expect(reply === "yes", "the owner cannot tell the time"));
    });
    this.#in(SETTLED_SECONDS, () => {
      this.#expect(door.leaf === "closed" && door.bolt === "thrown", "the door is not locked");
      olga.act("unlock", (reply) => this.#expect(reply === "yes", "the owner cannot open"));
    });
    this.#in(SETTLED_SECONDS + 10, () =>
      this.#expect(door.bolt === "retracted", "the bolt does not come for the owner"),
    );
    this.#in(SETTLED_SECONDS + STEP_SECONDS, () => this.#visit());
    this.#in(CODE_SECONDS, () => this.#type());
    this.#in(LASTS_SECONDS, () => {
      this.#expect(this.#isRead, "nobody could read the journal");
      this.#expect(this.#replies.join(" ") === "yes yes no", `a grant of two uses: ${this.#replies.join(", ")}`);
      this.#expect(this.#opened === USES, `a grant of two uses opened ${this.#opened} times`);
      this.#expect(this.#admitted === 1, `a code that is good once opened ${this.#admitted} times`);
      this.#expect(door.bolt === "thrown", "the door is not locked in the end");
    });
  }

  #visit(): void {
    const { olga } = this.#household;
    const { time } = this.#house.world;
    const token = olga.grant(this.#guest, { from: time, uses: USES });
    for (let visit = 0; visit <= USES; visit++) this.#in(visit * STEP_SECONDS, () => this.#knock(token));
  }

  #knock(token: Token): void {
    this.#guest.request("unlock", token, (reply) => {
      this.#replies.push(reply);
    });
    this.#try(() => this.#opened++);
  }

  /** Somebody types a fresh code, and comes again with it. */
  #type(): void {
    const { fingers } = this.#house;
    const digits = this.#household.callers.giveOnce();
    this.#expect(digits !== undefined, "no code of this hour is left");
    if (digits === undefined) return;
    for (const delay of [0, STEP_SECONDS])
      this.#in(delay, () => fingers.enter(digits, () => this.#try(() => this.#admitted++)));
  }

  /** A hand is at the door by the time that the bolt is drawn, if it is. */
  #try(entered: () => void): void {
    const { door } = this.#house;
    this.#in(8, () => {
      if (!door.open()) return;
      entered();
      this.#in(5, () => this.#household.shut());
    });
  }

  /** History that a flipped bit spoilt shows once; from what the lock signs now, everything must hold. */
  #heardRead(isWhole: boolean): void {
    this.#isRead = isWhole;
    if (!isWhole) this.#household.read((isWholeNow) => this.#heardAgain(isWholeNow));
  }

  #heardAgain(isWhole: boolean): void {
    this.#expect(isWhole, "the journal does not verify");
    this.#isRead = isWhole;
  }

  #expect(isSo: boolean, detail: string): void {
    if (!isSo) this.#house.checker.report("the house did not converge", detail);
  }

  #in(delaySeconds: number, act: () => void): void {
    this.#house.world.after(delaySeconds * 1_000, act);
  }
}
