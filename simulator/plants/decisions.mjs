// Planted bugs of what the lock decides and does: sessions, proofs, grants, owners, the clock, the door.
// Why: plants.mjs is the whole table; these are the ones that a reader of the decisions looks for.

import { CIPHER, CLOCK, NO_PROOF_SIGNATURE, PHONES, POLICY, rewrite } from "../attacks/rewrites.mjs";

const GUEST = "lock/guest.ts";
const OWNER = "lock/owner.ts";
const ACTS = "lock/acts.ts";
const LOCK = "lock/lock.ts";
const VISITS = "lock/visits.ts";
const VISIT = "lock/visit.ts";
const MOVES = "firmware/door/moves.ts";
const UNWRITTEN = "moved before its intent was in the journal";
const UNDECIDED = "opened without a decision";
const NO_CONVERGENCE = "the house did not converge";
const THREW = "the lock threw";

/** Rows as plants.mjs describes them. */
export const DECISION_PLANTS = Object.freeze([
  {
    name: "act for a guest before the intent is written",
    by: [UNWRITTEN],
    rewrites: [
      rewrite(
        GUEST,
        '  if (!desk.ration.take(chain.links[0].link8, now)) return "rate";',
        "  desk.act(intent.proof.operation, now);",
      ),
    ],
  },
  {
    name: "act for an owner before the statement is written",
    by: [UNWRITTEN],
    rewrites: [
      rewrite(
        OWNER,
        '  if (typeof clock === "string") return clock;\n',
        '  if (typeof clock === "string") return clock;\n  if (body.kind === KIND_ACT) desk.act(body.operation, now);\n',
      ),
    ],
  },
  {
    name: "skip the expiry",
    by: [UNDECIDED],
    rewrites: [rewrite(CLOCK, 'if (lo >= window.expiry) return "late";')],
  },
  {
    name: "let in before the window",
    by: [UNDECIDED],
    rewrites: [rewrite(CLOCK, 'if (hi < window.notBefore) return "early";')],
  },
  {
    name: "skip the hours of the week",
    by: [UNDECIDED],
    rewrites: [
      rewrite(POLICY, "if (weeklies.length === 0) return undefined;", "if (weeklies.length >= 0) return undefined;"),
    ],
  },
  {
    name: "accept a reordered frame",
    by: ["answered a stale frame", "an entry was served twice"],
    rewrites: [rewrite(CIPHER, 'if (!this.isFresh(n)) throw new Fault("link.order");')],
  },
  {
    name: "serve a request again (with frames that are accepted again)",
    by: [UNDECIDED, "answered a stale frame", "an entry was served twice"],
    rewrites: [
      rewrite(CIPHER, 'if (!this.isFresh(n)) throw new Fault("link.order");'),
      rewrite(PHONES, "session.lastId !== undefined && id <= session.lastId", "id < 0"),
    ],
  },
  {
    name: "skip the holder's signature",
    by: [UNDECIDED],
    rewrites: [NO_PROOF_SIGNATURE],
  },
  {
    name: "count no use",
    by: [UNDECIDED],
    rewrites: [rewrite(POLICY, 'if (used >= uses) return "uses";')],
  },
  {
    name: "write the same use twice",
    by: ["a use was counted twice"],
    rewrites: [
      rewrite(
        POLICY,
        "spends.push({ link8: link.link8, root8, used: used + 1, until });",
        "spends.push({ link8: link.link8, root8, used: Math.max(1, used), until });",
      ),
    ],
  },
  {
    name: "count the root's uses only",
    by: [UNDECIDED],
    rewrites: [rewrite(POLICY, "if (uses === undefined) continue;", "if (uses === undefined || index > 0) continue;")],
  },
  {
    name: "let in who was revoked",
    by: [UNDECIDED],
    rewrites: [rewrite(POLICY, "if (revoked !== undefined) return deny(revoked);")],
  },
  {
    name: "give a use back without looking at the sensor",
    by: ["a use came back after the bolt had left"],
    rewrites: [
      rewrite(VISITS, "if (!report.hasLeft && !visit.hasLeft && visit.openedAt === undefined) ", "if (now >= 0) "),
    ],
  },
  {
    name: "a free retry for whoever comes next",
    by: [UNDECIDED, UNWRITTEN, "said yes before the journal had it"],
    rewrites: [
      rewrite(
        VISIT,
        "return crypto.isEqual(visit.leaf, again.leaf);",
        "return visit.leaf.length === again.leaf.length;",
      ),
    ],
  },
  {
    name: "a free retry after somebody went in",
    by: [UNDECIDED, "said yes where the model says no"],
    rewrites: [rewrite(VISIT, "visit.openedAt !== undefined || ")],
  },
  {
    name: "relock onto an open door",
    by: ["bolt thrown into an open door"],
    rewrites: [
      rewrite(
        MOVES,
        'return contact.is === "closed" || (contact.is === "unknown" && settings.isRelockBlind);',
        'return contact.is !== "unknown" || settings.isRelockBlind;',
      ),
    ],
  },
  {
    name: "never relock",
    by: ["door was left unlocked"],
    rewrites: [
      rewrite(
        MOVES,
        '&& (isLockWanted || (isAutoRelock && mode !== "passage"))',
        '&& isLockWanted && isAutoRelock && mode !== "passage"',
      ),
    ],
  },
  {
    name: "call it secured beside the keeper",
    by: ["secured without a witness"],
    rewrites: [
      rewrite(
        VISIT,
        'return bolt.at === "locked" && (hasContact ? contact.is === "closed" : contact.is !== "open");',
        'return bolt.at === "locked" && (hasContact || contact.is !== "open");',
      ),
    ],
  },
  {
    name: "the inside button waits for the journal",
    by: ["an inside press did not open"],
    rewrites: [
      rewrite(
        LOCK,
        '    this.#doorway.step({ kind: "inside" }, now);',
        '    if (this.#memory.isWritable) this.#doorway.step({ kind: "inside" }, now);',
      ),
    ],
  },
  {
    name: "skip the watermark at the start",
    by: ["the watermark fell"],
    rewrites: [rewrite(CLOCK, "const lo = watermark > buildTime ? watermark : buildTime;", "const lo = buildTime;")],
  },
  {
    name: "take the time from any phone",
    from: 10,
    by: [THREW, "the watermark fell", UNDECIDED],
    rewrites: [
      rewrite(
        CLOCK,
        "return evidence.hi < current.lo || (current.hi !== undefined && evidence.lo > current.hi);",
        "return evidence.hi < evidence.lo && current.lo > 0;",
      ),
    ],
  },
  {
    name: "let a statement be kept for another session",
    by: ["obeyed a late statement"],
    rewrites: [
      rewrite(
        "firmware/grant/statement.ts",
        'if (!crypto.isEqual(statement.challenge, context.challenge)) return "challenge";',
      ),
    ],
  },
  {
    name: "let a late statement widen",
    by: ["obeyed a late statement"],
    rewrites: [rewrite(PHONES, 'if (!isOwner && asked.now - channel.since > CARRIED_MILLIS_MAX) return "challenge";')],
  },
  {
    name: "adopt with nobody at the door",
    by: ["widened with nobody at the door"],
    rewrites: [
      rewrite(ACTS, 'if (!context.hasPresence) return "presence";\n  if (!isNextSequence(0', "if (!isNextSequence(0"),
    ],
  },
  {
    name: "add an owner with nobody at the door",
    by: ["widened with nobody at the door"],
    rewrites: [
      rewrite(
        ACTS,
        "ANNOUNCED_KINDS.includes(body.kind) && !context.isAnswered(kid)",
        "ANNOUNCED_KINDS.length === 0 && !context.isAnswered(kid)",
      ),
    ],
  },
  {
    name: "acknowledge a list before the flash has it",
    by: ["said yes before the journal had it"],
    rewrites: [
      rewrite(
        OWNER,
        'return memory.tryWrite({ kind: "list", list }, now) ? undefined : "journal";',
        "memory.state.lists = [...lists.filter((other) => other !== former), list];\n  return undefined;",
      ),
    ],
  },
  {
    name: "open on a battery that cannot lock again",
    by: ["opened for a guest on a battery that cannot lock again"],
    rewrites: [rewrite("lock/power.ts", "millivolts === 0 || millivolts >= GUEST_MILLIVOLTS_MIN", "millivolts >= 0")],
  },
  {
    name: "fall silent where the flash is dead, for owners too",
    from: 6,
    by: ["refused what the model allows", NO_CONVERGENCE],
    rewrites: [
      rewrite(
        OWNER,
        'if (!UNWRITTEN_KINDS.includes(body.kind)) return "journal";',
        'if (!UNWRITTEN_KINDS.includes(body.kind) || now >= 0) return "journal";',
      ),
    ],
  },
]);
