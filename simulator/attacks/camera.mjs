// The twins of the checks about a camera's proof, evidence and power: T23, T24, T26 to T29. See twins.mjs, whose table goes on here.

import { rewrite } from "./rewrites.mjs";

const FOOTAGE = "firmware/evidence/footage.ts";
const JUDGEMENT = "firmware/evidence/judgement.ts";
const TESTIMONY = "firmware/evidence/testimony.ts";
const VERIFY = "firmware/evidence/verify.ts";
const MATROSKA = "firmware/evidence/matroska.ts";
const VOUCHED = "firmware/evidence/vouched.ts";
const RAIL = "camera/rail.ts";
const RAIL_RECORD = "firmware/evidence/rail.ts";
const NUMBERS = "camera/numbers.ts";

const WITNESS = "lock/witness.ts";
const FILMING = "lock/filming.ts";
const VISITS = "lock/visits.ts";
const EYE = "camera/eye.ts";
const IS_GOOD = "beat.verdict === 0 && beat.okMillis >= GOOD_MILLIS && beat.alarm === undefined;";

/** Rows as in twins.mjs. */
export const CAMERA_TWINS = Object.freeze([
  {
    id: "T23",
    without: "a screen that says when its picture is old",
    at: "a picture that stands still is called old within two seconds",
    rewrites: [rewrite("owner/viewer.ts", "now - this.#newest > STALE_MILLIS", "now < this.#newest")],
  },
  {
    id: "T23",
    without: "noticing that nothing is heard of the camera",
    at: "the door sounds",
    rewrites: [rewrite(FILMING, "if (beat === undefined || !this.#camera.isHeard(now))", "if (beat === undefined)")],
  },
  {
    id: "T23",
    without: "locking at once behind who leaves past a lost camera",
    at: "the bolt is thrown behind the courier at once",
    rewrites: [rewrite(VISITS, "if (isOver || visit.isCameraFailed)", "if (isOver)")],
  },
  {
    id: "T23",
    without: "a camera that films on where the lock is silent",
    at: "the film is whole, and goes on through the silence",
    rewrites: [rewrite("camera/duty.ts", "visit: 3_600_000,", "visit: 4_000,")],
  },
  {
    id: "T24",
    without: "an alarm where the bolt is stuck",
    at: "and is heard",
    rewrites: [
      rewrite("firmware/door/door.ts", 'turn.effects.push({ kind: "alarm", alarm: "jammed" });'),
      rewrite(
        VISITS,
        'indicator.signal("alarm");\n    recorder.alarm("camera", now);',
        'recorder.alarm("camera", now);',
      ),
    ],
  },
  {
    id: "T24",
    without: "a bolt that is thrown without being asked",
    at: "the bolt is thrown with every radio silent",
    rewrites: [
      rewrite("firmware/door/moves.ts", '&& (isLockWanted || (isAutoRelock && mode !== "passage"))', "&& isLockWanted"),
      rewrite(VISITS, "else this.#desk.act(OPERATION_LOCK, now);", ";"),
    ],
  },
  {
    id: "T26",
    without: "looking at what the camera says that it sees",
    at: "nobody is let in past a lens under black",
    rewrites: [rewrite(WITNESS, IS_GOOD, "beat.verdict >= 0;")],
  },
  {
    id: "T26",
    // Neither by the verdict, nor by the alarm that its own picture gives.
    without: "an approved scene that must be recognised",
    rewrites: [
      rewrite(EYE, 'else if (look !== "ok") this.#verdict = look;'),
      rewrite(EYE, "else if (this.scene.isProven)", "else if (look)"),
      rewrite(EYE, "return this.scene.alarm;", "return undefined;"),
    ],
  },
  {
    id: "T26",
    without: "telling of a lens that is covered during a visit",
    at: "paper over the lens is told within five seconds",
    rewrites: [rewrite(FILMING, "return beat.alarm === undefined && ", "return ")],
  },
  {
    id: "T27",
    without: "the search for a picture that stands still",
    at: "nobody is let in past a picture that is a freeze",
    rewrites: [
      rewrite("camera/freeze.ts", 'if (files.equal >= PATIENCE.frozenFrames) return "frozen";'),
      rewrite("camera/freeze.ts", 'if (this.#stillPairs >= PATIENCE.stillPairs) return "still";'),
    ],
  },
  {
    id: "T27",
    without: "the search for a film that comes again",
    at: "nobody is let in past a picture that is a loop",
    rewrites: [
      rewrite("camera/freeze.ts", 'return files.isLooped ? "looped" : "none";', 'return "none";'),
      rewrite("camera/freeze.ts", 'return this.#pictures.isLooped ? "looped" : "none";', 'return "none";'),
    ],
  },
  {
    id: "T27",
    without: "an age that counts from the lock's own number",
    at: "an answer that comes four seconds late lets nobody in",
    rewrites: [
      rewrite(
        WITNESS,
        "state.newest = { beat, drawnAt: state.asked[found].at };",
        "state.newest = { beat, drawnAt: now };",
      ),
    ],
  },
  {
    id: "T28",
    without: "comparing a frame with its hash, and with the chain",
    at: "a changed picture is named",
    rewrites: [
      rewrite(JUDGEMENT, "toHex(frame.hash.subarray(0, SHORT_HASH_BYTES)) === wanted", "wanted.length > 0"),
      rewrite(JUDGEMENT, "toHex(next) !== toHex(kept.chain)", "next.length === 0"),
    ],
  },
  {
    id: "T28",
    without: "looking at the file's times",
    at: "a frame that is shown at another time is named",
    rewrites: [rewrite(JUDGEMENT, "Math.abs(shownAt - ms - usual) > ROUNDING_MILLIS", "ms < 0")],
  },
  {
    id: "T28",
    without: "noticing what is not there",
    at: "a frame that was taken out is named",
    rewrites: [
      rewrite(
        JUDGEMENT,
        'if (claims.length === 0) this.#note("missing", seq);\n    else if',
        "if (claims.length === 0) return next;\n    if",
      ),
    ],
  },
  {
    id: "T28",
    without: "asking for an end",
    at: "a film whose end was cut off is not OK",
    rewrites: [rewrite(TESTIMONY, "checkpoints.at(-1)?.isLast !== true", "checkpoints.length < 0")],
  },
  {
    id: "T28",
    without: "looking at the order",
    at: "frames that were swapped are named",
    rewrites: [rewrite(JUDGEMENT, "new Set(lateOnes(this.#sound.map(({ seq }) => seq)))", "new Set<number>()")],
  },
  {
    id: "T28",
    without: "counting frames with one number",
    at: "a frame that was put in twice is named",
    rewrites: [rewrite(JUDGEMENT, 'for (let extra = claims.length - 1; extra > 0; extra--) this.#note("extra", seq);')],
  },
  {
    id: "T28",
    without: "the visit in the judgement",
    at: "an honest film of another visit is not OK where one is asked about",
    rewrites: [rewrite(TESTIMONY, "(visit === undefined || footage.visit === visit)", "true")],
  },
  {
    id: "T28",
    without: "a place behind the sound frames for those that nobody signed",
    at: "a forged frame among the sound ones is no cut",
    rewrites: [rewrite(JUDGEMENT, "!isBehind || !isNext", "(!isBehind && !isNext)")],
  },
  {
    id: "T28",
    without: "a bound for frames that wait",
    at: "more frames than wait for a checkpoint are no cut",
    rewrites: [rewrite(JUDGEMENT, " || pending.size >= PENDING_FRAMES_MAX", "")],
  },
  {
    id: "T28",
    without: "counting tracks",
    at: "a file with a second track is not OK",
    rewrites: [
      rewrite(VOUCHED, "rule === undefined || seen.has(id) || !rule(value)", "rule === undefined || seen.size < 0"),
    ],
  },
  {
    id: "T28",
    without: "a list of what a track may have",
    at: "a file that puts pictures before its own is not OK",
    rewrites: [
      rewrite(VOUCHED, "rule === undefined || seen.has(id) || !rule(value)", "seen.has(id) || rule?.(value) === false"),
    ],
  },
  {
    id: "T28",
    without: "asking whose a block is",
    at: "a file with blocks of another track is not OK",
    rewrites: [
      rewrite(
        MATROSKA,
        "if (track.value !== this.#track) return false;",
        "if (track.value !== this.#track) return true;",
      ),
    ],
  },
  {
    id: "T28",
    without: "looking at a block's flags",
    at: "a file that hides a picture is not OK",
    rewrites: [rewrite(MATROSKA, "return found === KEY_FRAME || found === mustBe;", "return mustBe >= 0;")],
  },
  {
    id: "T28",
    without: "a place for each element",
    at: "a file with blocks outside of their cluster is not OK",
    rewrites: [rewrite(MATROSKA, "PLACES[this.#level].includes(id) && ", "")],
  },
  {
    id: "T28",
    without: "going after an index",
    at: "a file whose index points into padding is not OK",
    rewrites: [rewrite(MATROSKA, "[...this.#foreign, ...astray]", "[...this.#foreign, ...astray.slice(0, 0)]")],
  },
  {
    id: "T28",
    without: "holding a film without signatures to anything",
    at: "a film without signatures is not OK",
    rewrites: [
      rewrite(
        VERIFY,
        "isOk: findings.length === 0,",
        'isOk: findings.every(({ kind }) => kind === "stripped" || kind === "no-end"),',
      ),
    ],
  },
  {
    id: "T28",
    without: "the signature of a checkpoint, and its signer",
    at: "another key vouches for nothing",
    rewrites: [
      rewrite(FOOTAGE, 'if (!crypto.isEqual(header.kid, kid8(crypto, cameraKey))) throw new Fault("cose.key");'),
      rewrite(
        FOOTAGE,
        'if (!verifySign1(crypto, signed, { publicKey: cameraKey })) throw new Fault("cose.signature");',
      ),
    ],
  },
  {
    id: "T29",
    without: "looking at the light's current",
    at: "no frame while the light is out",
    rewrites: [rewrite(RAIL, "if (!this.#options.wiring.light.isActive) {", "if (!this.#isOn) {")],
  },
  {
    id: "T29",
    without: "the record before the power",
    at: "no power before a signed record says so",
    rewrites: [
      rewrite(
        RAIL,
        'this.#record("on", wish);\n        this.#options.wiring.supply.write(true);',
        'this.#options.wiring.supply.write(true);\n        this.#record("on", wish);',
      ),
    ],
  },
  {
    id: "T29",
    without: "the mode that allows none",
    at: "no power outside of a visit, or in the mode that allows none",
    rewrites: [rewrite(RAIL, "if (!isWanted) {\n      this.#switchOff();", "if (!isWanted) {")],
  },
  {
    id: "T29",
    without: "numbers that are stored before they are given",
    at: "an honest camera's records are without a doubt",
    rewrites: [
      rewrite(NUMBERS, "      this.#store(limit);\n"),
      rewrite(RAIL, "options.numbers.next >= record.frame", "record.frame >= 0"),
    ],
  },
  {
    id: "T29",
    without: "what ties a record to the one before",
    at: "records that were taken out are missed",
    rewrites: [
      rewrite(RAIL_RECORD, 'if (record.number !== number + 1) return "gap";'),
      rewrite(RAIL_RECORD, 'if (record.event === "on") return record.frame === frame ? undefined : "frames";'),
      rewrite(RAIL_RECORD, 'if (toHex(record.before) !== toHex(former.hash)) return "fork";'),
    ],
  },
  {
    id: "T29",
    without: "asking for the first record",
    at: "records that were taken out are missed",
    rewrites: [rewrite(RAIL_RECORD, 'if (number > (asked?.from ?? 1)) return "no-start";')],
  },
  {
    id: "T29",
    without: "what the lock holds",
    at: "records that were taken out are missed",
    rewrites: [rewrite(RAIL_RECORD, "former.record.number < needed", "former.record.number < 1")],
  },
]);
