// Planted bugs of what the lock remembers: its journal, the rings, the snapshots, and the fold that is its state.
// Why: plants.mjs is the whole table; these are the ones that a reader of the journal looks for.

import { rewrite } from "../attacks/rewrites.mjs";

const MEMORY = "lock/memory.ts";
const LOG = "firmware/journal/log.ts";
const WALK = "firmware/journal/walk.ts";
const MEDIUM = "firmware/journal/medium.ts";
const JOURNAL = "firmware/journal/journal.ts";
const SNAPSHOT = "firmware/journal/snapshot.ts";
const STORE = "firmware/journal/store.ts";
const UNWRITTEN = "moved before its intent was in the journal";
const UNDECIDED = "opened without a decision";
const NO_CONVERGENCE = "the house did not converge";
const THREW = "the lock threw";

/** A record that is read at the start of the lock, and left out where it is of that kind. */
const forgotten = (kind) =>
  rewrite(
    STORE,
    "applyEntry(crypto, state, entry, record);\n  } catch",
    `if (entry.kind !== "${kind}") applyEntry(crypto, state, entry, record);\n  } catch`,
  );

/** Rows as plants.mjs describes them. */
export const MEMORY_PLANTS = Object.freeze([
  {
    name: "skip the read-back",
    by: [UNWRITTEN, "said yes before the journal had it", "an acknowledged record was lost"],
    rewrites: [
      rewrite(MEDIUM, 'if (!crypto.isEqual(found, written)) throw new Fault("journal.unwritable");', "found.fill(0);"),
    ],
  },
  {
    name: "forget a use over a cut",
    by: ["a use was counted twice", UNDECIDED],
    rewrites: [forgotten("intent")],
  },
  {
    name: "forget a revocation over a cut",
    by: [UNDECIDED],
    rewrites: [forgotten("list")],
  },
  {
    name: "never write the watermark",
    by: ["the watermark was not written"],
    rewrites: [rewrite(MEMORY, 'this.tryWrite({ kind: "watermark" }, now);', "this.interval(now);")],
  },
  {
    name: "serve guests on a damaged journal",
    from: 6,
    by: ["opened for a guest on a damaged journal"],
    rewrites: [rewrite(MEMORY, "return this.isWhole && this.isWritable && ", "return this.isWritable && ")],
  },
  {
    name: "give a number again after damage",
    by: ["an acknowledged record was lost"],
    rewrites: [rewrite(WALK, "    this.#moveTo(highest, this.link, at);\n", "")],
  },
  {
    name: "drop the tail check",
    by: [THREW],
    rewrites: [
      rewrite(WALK, "isHere && isJoined && isRestBlank(medium, sector, offset);", "isHere && isJoined;"),
      rewrite(LOG, "isAppendable && isRestBlank(this.#medium, sector, offset);", "isAppendable;"),
    ],
  },
  {
    name: "write to a sector that was not seen to be erased",
    from: 6,
    by: [THREW, "an acknowledged record was lost", NO_CONVERGENCE],
    rewrites: [rewrite(MEDIUM, 'if (!isRestBlank(medium, page, 0)) throw new Fault("journal.unwritable");')],
  },
  {
    name: "go on after a write that failed",
    by: [THREW, "an acknowledged record was lost"],
    rewrites: [rewrite(JOURNAL, "return error;\n    this.#isWritable = false;", "return error;")],
  },
  {
    name: "reuse a sector that no snapshot holds",
    by: [
      "refused what the model allows",
      "an acknowledged record was lost",
      "a use was counted twice",
      UNDECIDED,
      NO_CONVERGENCE,
    ],
    rewrites: [
      rewrite(
        JOURNAL,
        "    if (this.#snapshots.coveredByBoth(log.region) < lastSeq) this.#snapshot();",
        "    if (this.#snapshots.coveredByBoth(log.region) > lastSeq + 1e9) this.#snapshot();",
      ),
      rewrite(JOURNAL, "    if ((this.#ahead & (1 << log.region)) === 0) this.#snapshot();"),
    ],
  },
  {
    name: "reuse a sector under one snapshot",
    by: [
      UNWRITTEN,
      "refused what the model allows",
      "an acknowledged record was lost",
      "a use was counted twice",
      UNDECIDED,
      NO_CONVERGENCE,
    ],
    rewrites: [
      rewrite(
        SNAPSHOT,
        "(first?.generation ?? 0) <= (second?.generation ?? 0) ? 0 : 1;",
        "(first?.generation ?? second?.generation ?? 0) >= 0 ? 0 : 1;",
      ),
      rewrite(SNAPSHOT, "return Math.min(first?.seqs", "return Math.max(first?.seqs"),
    ],
  },
  {
    name: "believe a snapshot that is torn or rotten",
    from: 38,
    by: [
      THREW,
      "refused what the model allows",
      "a guess was free",
      "refused a code that was given out",
      "an acknowledged record was lost",
      "a use was counted twice",
      UNDECIDED,
      NO_CONVERGENCE,
    ],
    rewrites: [
      rewrite(
        SNAPSHOT,
        "return crypto.isEqual(this.#digest(payload), bytes.subarray(DIGEST_AT)) ? payload : undefined;",
        "return payload;",
      ),
    ],
  },
  {
    name: "make room for a guest by what nobody has fetched",
    by: ["records that nobody had fetched made room"],
    busy: true,
    rewrites: [
      rewrite(
        MEMORY,
        "return this.isWhole && this.isWritable && this.#room(ACCESS) >= RESERVED_RECORDS;",
        "return this.isWhole && this.isWritable;",
      ),
    ],
  },
  {
    name: "say nothing of what made room",
    from: 16,
    by: ["records that nobody had fetched made room"],
    busy: true,
    rewrites: [rewrite(STORE, "if (region === ACCESS) this.#tellOverwritten(payload.length, time);")],
  },
  {
    name: "make room at a start by what nobody has fetched",
    from: 16,
    by: ["records that nobody had fetched made room"],
    busy: true,
    rewrites: [rewrite(STORE, "lastSeq <= fetchedIn(state, region),", "region !== ACCESS || lastSeq <= 0xffff_ffff,")],
  },
  {
    name: "make room for noise by an alarm that nobody has fetched",
    from: 55,
    by: ["records that nobody had fetched made room"],
    busy: true,
    rewrites: [rewrite(MEMORY, "this.#room(NOTICES) >= RESERVED_FOR_ALARMS;", "this.#room(NOTICES) >= 0;")],
  },
]);
