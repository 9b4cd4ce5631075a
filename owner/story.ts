// The journal as a story: who, how, when, and how it ended, one line for each thing that happened.
// Why: a verified chain of bytes is proof, and its owner wants to read it.
// Follows docs/protocol.cddl, "Journal payloads".

import { toBase64url } from "../firmware/bytes.ts";
import { KID_BYTES } from "../firmware/cose/key.ts";
import { Fault } from "../firmware/fault.ts";
import { KIND_ACT } from "../firmware/grant/body.ts";
import { OPERATION_LOCK } from "../firmware/grant/holder.ts";
import type { CodeEntry } from "../firmware/journal/codes.ts";
import type { Alarm, Entry } from "../firmware/journal/entry.ts";
import { readEntry } from "../firmware/journal/payload.ts";
import { ACCESS, type StoredRecord } from "../firmware/journal/record.ts";
import { type Seconds, seconds } from "../firmware/platform.ts";
import type { Zone } from "../firmware/time/zone.ts";
import { PERMISSIONS } from "./allowance.ts";
import { CodeStory, type KnownCodes, PENDING } from "./codestory.ts";
import { tellDeed } from "./deed.ts";
import { sayProof, tellCamera } from "./footage.ts";
import { sayDuration, sayMoment } from "./moment.ts";
import { counted, printable } from "./terminal.ts";

/** One thing that happened. */
export interface Happening {
  readonly region: number;
  readonly seq: number;
  /** The earliest time at which it can have been; and by how much later at most, undefined where that is unknown. */
  readonly at: Seconds;
  readonly width: number | undefined;
  readonly who: string;
  readonly how: string;
  readonly result: string;
}

/** Names that the reader knows besides those in the journal: by base64url of a kid8. */
export type KnownNames = ReadonlyMap<string, string>;

type Of<Kind extends Entry["kind"]> = Extract<Entry, { readonly kind: Kind }>;

const TAKES_BACK = "takes back";
const ALARM = "ALARM";
/** What is shown in any case, in whichever region it stands. */
const ALWAYS_SHOWN: readonly string[] = Object.freeze([TAKES_BACK, ALARM]);

/** A clock that is this sure needs no word. */
const SURE_SECONDS = 120;
const STRANGERS: readonly string[] = Object.freeze([
  "broken frames",
  "messages without sense",
  "proofs that fail",
  "the bell",
  "wrong codes",
]);
const BELL = 3;
/** What an alarm is about, where its name alone does not say it. */
const ALARM_REASONS: Partial<Readonly<Record<Alarm, string>>> = Object.freeze({
  tamper: "a keypad or the camera was opened, or the keypad's cable cut",
  keypad: "nothing is heard of the keypad",
  camera: "it failed or was covered during a visit, or nothing was heard of it",
  cycles: "the door was opened a third time in one visit",
  siege: "so many wrong codes that short ones are not tested for now",
});
/** Who told the lock the time, by the source of a clock record. */
const CLOCK_SOURCES: readonly (string | undefined)[] = Object.freeze([
  undefined,
  "an owner",
  "an owner, backwards",
  "two time servers",
  "an owner, with somebody inside",
]);
const NETWORK_EVENTS: Readonly<Record<Of<"network">["event"], Pick<Happening, "how" | "result">>> = Object.freeze({
  set: Object.freeze({ how: "sets the Wi-Fi", result: "done" }),
  forgotten: Object.freeze({ how: "forgets the Wi-Fi", result: "done" }),
  kept: Object.freeze({ how: "changes the Wi-Fi", result: "NOT done, since the lock's memory failed" }),
});
const OUTCOMES: Readonly<Record<Of<"closing">["outcome"], string>> = Object.freeze({
  secured: "locked",
  "not-moved": "the bolt did not move",
  jammed: "JAMMED",
  superseded: "another opening followed",
  "power-cut": "the power was cut",
  "held-open": "the door was left open",
  camera: "ENDED, since the camera failed",
});

/** Who vouches for a locked door, as in `closing-17`. */
const WITNESS_CONTACT = 1;
const WITNESS_SENSOR = 2;
const WITNESS_CURRENT = 4;

/** Collects records in order and tells what happened. */
export class Story {
  private readonly names: Map<string, string>;
  /** The names in the chain of a holder, by base64url of its kid8, the root's first. */
  private readonly chains = new Map<string, readonly string[]>();
  private readonly told: Happening[] = [];
  /** Where in `told` the last opening stands. */
  private lastOpening = -1;
  /** Where in `told` the opening of a sequence number stands. */
  private readonly openings = new Map<number, number>();
  private readonly codes: CodeStory;

  /** @param codes who was given which window code */
  constructor(known: KnownNames, codes: KnownCodes = new Map()) {
    this.names = new Map(known);
    this.codes = new CodeStory(codes, (kid) => this.nameOf(kid));
  }

  /** Everything so far, by time; within one region in the order of the journal. */
  get happenings(): readonly Happening[] {
    const rows = latest(this.told);
    rows.sort(
      ({ by, happening: left }, { by: byRight, happening: right }) =>
        by - byRight || left.region - right.region || left.seq - right.seq,
    );
    return rows.map(({ happening }) => happening);
  }

  /** Takes one record that was verified; its payload is read at once. */
  add(record: StoredRecord): void {
    let entry: Entry;
    try {
      entry = readEntry(record.region, record.type, record.payload);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      entry = { kind: "other", type: record.type };
    }
    this.tell(record, entry);
  }

  private tell(record: StoredRecord, entry: Entry): void {
    switch (entry.kind) {
      case "who":
        this.tellNames(entry);
        return;
      case "intent":
        this.noteOpening(record, { who: this.nameOf(entry.actor), how: this.sayIntent(entry), result: PENDING });
        return;
      case "closing":
        this.close(record, entry);
        return;
      case "statement":
        this.tellStatement(record, entry);
        return;
      case "refusal":
        this.note(record, {
          who: this.nameOf(entry.actor),
          how: `asks to ${PERMISSIONS[entry.operation] ?? "own"}`,
          result: `refused: ${entry.denial ?? "for a newer reason"}${times(entry.count)}`,
        });
        return;
      case "inside":
        this.note(record, { who: "inside", how: `button${times(entry.count)}`, result: "opened" });
        return;
      case "budget":
      case "code":
      case "code-refusal":
      case "user":
      case "credential":
      case "secret":
      case "holidays":
        this.tellCode(record, entry);
        return;
      case "network":
        this.note(record, { who: `owner ${this.nameOf(entry.actor)}`, ...NETWORK_EVENTS[entry.event] });
        return;
      case "door":
        if (entry.event === "reset")
          this.note(record, { who: "lock", how: "erases itself", result: "where records follow, it could not" });
        else this.note(record, { who: "door", how: "outside a visit", result: `${entry.event}${times(entry.count)}` });
        return;
      default:
        this.tellMachine(record, entry);
    }
  }

  private tellCode(record: StoredRecord, entry: CodeEntry): void {
    const told = this.codes.tell(entry);
    if (told === undefined) return;
    if (entry.kind === "code" && !entry.isHalf) this.noteOpening(record, told);
    else this.note(record, told);
  }

  private tellStatement(record: StoredRecord, { actor, body }: Of<"statement">): void {
    const who = `owner ${this.nameOf(actor)}`;
    if (body.kind !== KIND_ACT) {
      this.note(record, { who, ...tellDeed(body, (kid) => this.nameOf(kid)) });
      return;
    }
    const how = PERMISSIONS[body.operation] ?? String(body.operation);
    if (body.operation === OPERATION_LOCK) {
      // Locking is no visit, so it has no end; what the door did then is a record of its own.
      this.note(record, { who, how, result: "asked" });
      return;
    }
    this.noteOpening(record, { who, how, result: PENDING });
  }

  /** What the lock itself had to say. */
  private tellMachine(record: StoredRecord, entry: Entry): void {
    const who = "lock";
    if (entry.kind === "boot") this.note(record, { who, how: "starts", result: `start ${entry.boots}` });
    if (entry.kind === "clock") {
      const how = `learns the time from ${CLOCK_SOURCES[entry.source] ?? `source ${entry.source}`}`;
      this.note(record, { who, how, result: `within ${entry.hi - entry.lo} s` });
    }
    if (entry.kind === "list") {
      const { list } = entry;
      const who = `owner ${this.nameOf(list.owner)}`;
      this.note(record, { who, how: TAKES_BACK, result: `list ${list.sequence}: ${sayList(list)}` });
    }
    if (entry.kind === "acknowledged")
      this.note(record, { who, how: "damage acknowledged", result: "guests are let in again" });
    if (entry.kind === "fetched")
      this.note(record, { who, how: "records up to", result: `${entry.through} are with an owner` });
    if (entry.kind === "overwritten") {
      const result = `records ${entry.firstSeq} to ${entry.lastSeq} made room before any owner fetched them`;
      this.note(record, { who, how: "FULL", result });
    }
    if (entry.kind === "alarm") {
      const reason = ALARM_REASONS[entry.alarm];
      const result = `${entry.alarm}${reason === undefined ? "" : ` (${reason})`}${times(entry.count)}`;
      this.note(record, { who, how: ALARM, result });
    }
    if (entry.kind === "stranger" && entry.strangerClass === BELL)
      this.note(record, { who: "somebody", how: "rings", result: entry.count === 1 ? "once" : `${entry.count} times` });
    else if (entry.kind === "stranger") {
      const what = STRANGERS[entry.strangerClass] ?? "something else";
      this.note(record, { who: "stranger", how: "tries", result: `${what}${times(entry.count)}` });
    }
    if (entry.kind === "camera") this.note(record, { who: "camera", ...tellCamera(entry) });
    if (entry.kind === "other")
      this.note(record, { who, how: `record of type ${entry.type}`, result: "not understood" });
  }

  private close(record: StoredRecord, closing: Of<"closing">): void {
    const index = this.openings.get(closing.intent);
    const opening = index === undefined ? undefined : this.told[index];
    const { openedAfter, closedAfter, securedAfter, outcome, witnesses } = closing;
    const isCut = outcome === "power-cut";
    const parts: string[] = [];
    // A visit in which nobody went in is rare, and a magnet on the contact looks just so (docs/attacks.md T51). Before a cut of power
    // the door may have been seen open: the lock knows it no more.
    if (!isCut && openedAfter === undefined && securedAfter !== undefined && (witnesses & WITNESS_CONTACT) !== 0)
      parts.push("door not seen open");
    if (openedAfter !== undefined) parts.push(`door open after ${sayDuration(openedAfter)}`);
    // A lock that finds the door shut when power comes back notes that as its moment: nobody shut it then.
    if (openedAfter !== undefined && closedAfter !== undefined) parts.push(`shut after ${sayDuration(closedAfter)}`);
    const end = OUTCOMES[isCut ? "secured" : outcome];
    if (securedAfter !== undefined) parts.push(`${end} after ${sayDuration(securedAfter)}${sayWitnesses(witnesses)}`);
    else if (!isCut) parts.push(end);
    const said = parts.join(", ");
    // What it knows the times of, happened since.
    const result = isCut
      ? [OUTCOMES[outcome], said].filter((part) => part !== "").join(", and since it is back: ")
      : said;
    if (index === undefined || opening === undefined)
      this.note(record, { who: "lock", how: `visit ${closing.intent} ends`, result });
    else this.told[index] = { ...opening, result };
  }

  /** The end of the one before is written behind it, unless power goes in between: then it never is. */
  private noteOpening(record: StoredRecord, said: Pick<Happening, "who" | "how" | "result">): void {
    const former = this.told[this.lastOpening];
    if (former?.result === PENDING)
      this.told[this.lastOpening] = { ...former, result: "no end is recorded: another opening followed" };
    this.lastOpening = this.told.length;
    this.openings.set(record.seq, this.lastOpening);
    this.note(record, said);
  }

  private note(record: StoredRecord, said: Pick<Happening, "who" | "how" | "result">): void {
    const { region, seq, lo, width } = record;
    this.told.push({ region, seq, at: seconds(lo), width, ...said });
  }

  private tellNames({ holder, names }: Of<"who">): void {
    const shown = names.map((name) => printable(name) || "(no name)");
    this.names.set(toBase64url(holder), shown.join(" > "));
    this.chains.set(toBase64url(holder), shown);
  }

  /** Says how, and which use of whose grant it was, where each link of the chain is counted. */
  private sayIntent({ source, operation, spends, actor, cameraProof }: Of<"intent">): string {
    const chain = this.chains.get(toBase64url(actor)) ?? [];
    const isEach = spends.length > 1 && chain.length === spends.length;
    const uses = spends.map(({ used }, index) => `use ${used}${isEach ? ` of ${chain[index]}'s` : ""}`).join(", ");
    // A grant that needs a code besides: both were shown within a minute.
    const by = source === "keypad" ? "keypad and phone" : source;
    const said = [uses, sayProof(cameraProof)].filter((part) => part !== "").join(", ");
    return `${by}, ${PERMISSIONS[operation] ?? operation}${said === "" ? "" : ` (${said})`}`;
  }

  private nameOf(kid: Uint8Array): string {
    const text = toBase64url(kid);
    return this.names.get(text) ?? text;
  }
}

/** Chooses the last of them: what happened at the door and what was taken back, or with `isAll` everything. @param last may be infinite */
export function chooseHappenings(happenings: readonly Happening[], isAll: boolean, last: number): readonly Happening[] {
  const wanted = isAll
    ? happenings
    : happenings.filter(({ region, how }) => region === ACCESS || ALWAYS_SHOWN.includes(how));
  return Number.isFinite(last) ? wanted.slice(-last) : wanted;
}

/** Lays them out in columns. A time is the middle of what the lock knew; where it knew no end, a line below says so. */
export function sayHappenings(happenings: readonly Happening[], zone: Zone): string[] {
  const rows = happenings.map(({ at, width, who, how, result }) => {
    const when = sayMoment(zone, seconds(at + Math.floor((width ?? 0) / 2)));
    if (width === undefined) return [`after ${when}`, who, how, result];
    return [width > SURE_SECONDS ? `${when} +-${sayDuration(Math.ceil(width / 2))}` : when, who, how, result];
  });
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  const isUnsure = happenings.some(({ width }) => width === undefined);
  return isUnsure ? [...lines, "after: the lock did not know the time yet; no earlier than the time shown."] : lines;
}

/** Gives each happening with the time by which it was over: that of the first behind it in its region that stands under an earlier
 *  one. Where an owner set the clock back, or power was cut, what came before has the later time, and must not hide what came after. */
function latest(told: readonly Happening[]): { readonly by: number; readonly happening: Happening }[] {
  const bounds = new Map<number, number>();
  const rows = told.map((happening) => ({ by: happening.at as number, happening }));
  for (const row of [...rows].reverse()) {
    const { region } = row.happening;
    row.by = Math.min(row.by, bounds.get(region) ?? row.by);
    bounds.set(region, row.by);
  }
  return rows;
}

function sayList({ untils, holders, codes, generation }: Of<"list">["list"]): string {
  const keys = holders.length === 0 ? "" : `, ${counted(holders.length / KID_BYTES, "key")}`;
  const back = codes.length === 0 ? "" : `, ${counted(codes.length, "code")}`;
  return `${counted(untils.length, "grant")}${keys}${back}${generation === 0 ? "" : `, and all before the last "all" (${generation})`}`;
}

function times(count: number): string {
  return count === 1 ? "" : `, ${count} times`;
}

/** Says on whom a locked door rests, where that is less than a contact and a sensor of the bolt. */
function sayWitnesses(witnesses: number): string {
  const hasContact = (witnesses & WITNESS_CONTACT) !== 0;
  if ((witnesses & WITNESS_SENSOR) !== 0) return hasContact ? "" : " (by the bolt's sensor alone)";
  if ((witnesses & WITNESS_CURRENT) !== 0)
    return hasContact ? " (by the contact and the motor at its stop)" : " (by the motor at its stop alone)";
  return hasContact ? " (by the contact alone)" : " (seen by nothing)";
}
