// Planted bugs of the camera and of what the lock makes of it: proof, alarm, power, film.
// Why: plants.mjs is the whole table; these take a house with a camera, and a thief in its hall.

import { rewrite } from "../attacks/rewrites.mjs";

const WITNESS = "lock/witness.ts";
const LOCK_FILMING = "lock/filming.ts";
const VISITS = "lock/visits.ts";
const RAIL = "camera/rail.ts";
const EVIDENCE = "camera/evidence.ts";
const FILMING = "camera/filming.ts";
const FREEZE = "camera/freeze.ts";
const DUTY = "camera/duty.ts";
const NIGHT = "camera/night.ts";
const THRESHOLDS = "camera/thresholds.ts";
const PAST = "opened past a camera that proves nothing";
const NOT_TOLD = "the camera failed and nobody was told";
const NO_FILM = "a visit's film is not what the journal says";
const SHUT_OUT = "refused what the model allows";
const ENDED = "a visit was ended by a camera that did not fail";

const ROWS = [
  {
    name: "take whatever the camera sees for the scene",
    from: 12,
    by: [PAST],
    rewrites: [
      rewrite(
        WITNESS,
        "beat.verdict === 0 && beat.okMillis >= GOOD_MILLIS && beat.alarm === undefined;",
        "beat.verdict >= 0;",
      ),
    ],
  },
  {
    name: "believe a camera that was heard last minute",
    by: [PAST, NOT_TOLD],
    rewrites: [
      rewrite(WITNESS, "age >= LOST_MILLIS || !beat.isOn", "!beat.isOn"),
      rewrite(WITNESS, "age < LIVE_MILLIS && beat.ageMillis + age <= FRAME_MILLIS_MAX;", "beat.ageMillis >= 0;"),
      rewrite(WITNESS, "newest !== undefined && now - newest.drawnAt < LOST_MILLIS;", "newest !== undefined;"),
    ],
  },
  {
    name: "hold a camera for well that is not heard",
    by: [NOT_TOLD],
    rewrites: [
      rewrite(LOCK_FILMING, "if (beat === undefined || !this.#camera.isHeard(now))", "if (beat === undefined)"),
    ],
  },
  {
    name: "tell nobody that the camera fails",
    from: 7,
    by: [NOT_TOLD],
    rewrites: [rewrite(VISITS, 'indicator.signal("alarm");\n    recorder.alarm("camera", now);')],
  },
  {
    name: "give the sensor power and keep no record of it",
    by: ["looked with no record of it"],
    rewrites: [rewrite(RAIL, 'this.#record("on", wish);\n        this.#options', "this.#options")],
  },
  {
    name: "take a picture that stands still for a live one",
    from: 12,
    by: [PAST, NOT_TOLD],
    rewrites: [
      rewrite(FREEZE, 'if (files.equal >= PATIENCE.frozenFrames) return "frozen";'),
      rewrite(FREEZE, 'if (this.#stillPairs >= PATIENCE.stillPairs) return "still";'),
    ],
  },
  {
    name: "hold a camera for failed that looks anew for the next who comes",
    from: 59,
    by: [ENDED],
    rewrites: [
      rewrite(LOCK_FILMING, " || now - visit.began < STALE_MILLIS;\n    // How it judges", ";\n    // How it judges"),
    ],
  },
  {
    name: "have a dusk that is no day and no night",
    from: 41,
    by: [SHUT_OUT],
    rewrites: [rewrite(THRESHOLDS, "duskLevel: 28,", "duskLevel: 20,")],
  },
  {
    name: "take the camera's own lamp for dawn",
    by: [SHUT_OUT],
    rewrites: [rewrite(NIGHT, 'if (levelOf(mean, gainPercent) <= NIGHT.dawnLevel) return "stay";')],
  },
  {
    name: "end a film without saying so",
    by: [NO_FILM],
    rewrites: [rewrite(EVIDENCE, "this.#sign(circumstances, true)", "this.#sign(circumstances, false)")],
  },
  {
    name: "sign each second as if it were the first",
    by: [NO_FILM],
    rewrites: [rewrite(EVIDENCE, "this.#count = 0;\n    this.#before = this.#chain;", "this.#count = 0;")],
  },
  {
    name: "tell the lock of the film before",
    by: [NO_FILM],
    rewrites: [
      rewrite(
        FILMING,
        "reel === undefined ? this.#head : headOf(reel);",
        "this.#head ?? (reel === undefined ? undefined : headOf(reel));",
      ),
    ],
  },
  {
    name: "film a visit under another's number",
    by: [NO_FILM, ENDED],
    rewrites: [
      rewrite(DUTY, "this.#filming.begin({ lockId, ...part },", "this.#filming.begin({ lockId, ...part, visit: 1 },"),
    ],
  },
  {
    name: "seal films for somebody else",
    by: [NO_FILM],
    rewrites: [
      rewrite(
        DUTY,
        "{ lockId, ...part }, this.settings.recipients,",
        "{ lockId, ...part }, [new Uint8Array(32).fill(9)],",
      ),
    ],
  },
  {
    name: "keep the film's end to itself",
    by: [NO_FILM],
    rewrites: [rewrite(LOCK_FILMING, 'if (this.#isFilmed) this.#write("end", visit, now);')],
  },
  {
    name: "let the camera sleep while somebody knocks",
    by: [SHUT_OUT],
    rewrites: [rewrite(LOCK_FILMING, 'knock !== undefined ? "knock"', 'knock !== undefined ? "rest"')],
  },
  {
    name: "ask the camera once a minute while somebody waits",
    by: [SHUT_OUT, NOT_TOLD, ENDED],
    rewrites: [rewrite(WITNESS, "export const ASK_MILLIS = 500;", "export const ASK_MILLIS = 60_000;")],
  },
];

/** Rows as plants.mjs describes them; each lives in a house with a camera. */
export const HALL_PLANTS = Object.freeze(ROWS.map((row) => ({ ...row, hasCamera: true })));
