// The twins of the checks about whose word counts: T09, T10, T37, T42, T43, T47 and T52. See twins.mjs, whose table goes on here.
// Why: one table of all twins would be longer than a file may be, and these belong together.

import { ACTS, ANNOUNCED, ANSWERS, CLOCK, POLICY, rewrite } from "./rewrites.mjs";

const OWNER = "lock/owner.ts";
const RESET = "lock/reset.ts";

/** Rows as in twins.mjs. */
export const OWNERSHIP_TWINS = Object.freeze([
  {
    id: "T09",
    without: "lists",
    at: "taken back",
    rewrites: [rewrite(POLICY, "if (revoked !== undefined) return deny(revoked);")],
  },
  {
    id: "T09",
    without: "the order of lists",
    at: "an older list",
    rewrites: [
      rewrite(
        "firmware/grant/revocation.ts",
        'if (!isNextSequence(sequence, offered.sequence)) return "sequence";',
        "if (sequence < 0) return undefined;",
      ),
    ],
  },
  {
    id: "T10",
    without: "the second time server",
    rewrites: [
      rewrite(
        "lock/timekeeper.ts",
        "    if (other.server === told.server || crypto.isEqual(other.key, told.key)) return false;",
        "",
      ),
    ],
  },
  {
    id: "T37",
    without: "presence at the adoption",
    at: "statement 10",
    rewrites: [
      rewrite(ACTS, 'if (!context.hasPresence) return "presence";\n  if (!isNextSequence(0', "if (!isNextSequence(0"),
    ],
  },
  {
    id: "T37",
    without: "chance in a board's secrets",
    at: "two units have one name",
    rewrites: [rewrite("firmware/identity.ts", "random.fill(secret);")],
  },
  {
    id: "T37",
    without: "secrets that are a board's own",
    at: "two units have one key",
    rewrites: [
      rewrite(
        "lock/identity.ts",
        "openSecret(CODE_SECRET, constants, random)",
        "new Uint8Array(32); constants.write(CODE_SECRET, codeSecret)",
      ),
    ],
  },
  {
    id: "T37",
    without: "the step from a secret key to its public one",
    at: "a new board prints a part of a secret",
    rewrites: [
      rewrite(
        "firmware/identity.ts",
        "agreementKey: crypto.agreementPublicKey(agreementSecret)",
        "agreementKey: agreementSecret",
      ),
    ],
  },
  {
    id: "T37",
    without: "the question whose session it is before a network is joined",
    at: "joinNetwork of a lock that nobody owns",
    rewrites: [
      rewrite(
        ANSWERS,
        'if (role !== "owner" || isRecovery || name === undefined) return answerOf(session, request.id, "permission");',
        "const owner = name ?? new Uint8Array(8);",
      ),
      rewrite(ANSWERS, "desk.network(request, name, now)", "desk.network(request, owner, now)"),
      rewrite(ANSWERS, "desk.codes(request, name, now)", '"permission"'),
    ],
  },
  {
    id: "T42",
    without: "presence for privacy",
    at: "another owner opens after statement 4",
    rewrites: [
      rewrite(ACTS, 'if (!context.hasPresence) return "presence";\n  return canEnterMode', "return canEnterMode"),
    ],
  },
  {
    id: "T42",
    without: "an owner's opening while the flash is dead",
    at: "another owner opens with a dead flash",
    rewrites: [rewrite(OWNER, "Object.freeze([KIND_ACT, KIND_FACTORY_RESET", "Object.freeze([KIND_FACTORY_RESET")],
  },
  {
    id: "T42",
    without: "the key on paper",
    at: "the key on paper asks",
    rewrites: [rewrite(ACTS, "!RECOVERY_KINDS.includes(body.kind)", "true")],
  },
  {
    id: "T42",
    without: "presence for what changes the keys",
    at: "another owner opens after statement 11",
    rewrites: [rewrite(ACTS, ANNOUNCED, "return denial;")],
  },
  {
    id: "T43",
    without: "the announcement before the press",
    at: "statement 6 right behind a press",
    rewrites: [rewrite(ACTS, "!context.isAnswered(kid) ?", "!context.hasPresence ?")],
  },
  {
    id: "T43",
    without: "the alarm at a request without presence",
    at: "the lock sounds at the first try",
    rewrites: [rewrite(OWNER, 'indicator.signal("alarm");\n  recorder.alarm("presence", now);')],
  },
  {
    id: "T43",
    without: "the end of a removed key's sessions",
    at: "the thief's session ends",
    rewrites: [rewrite(OWNER, "desk.ownerRemoved(body.ownerKid.slice());")],
  },
  {
    id: "T43",
    without: "the end of what a removed key signed",
    at: "its grants are over",
    rewrites: [
      rewrite(
        "lock/recovery.ts",
        "return findOwner(this.#crypto, this.#memory.state.keyring, kid)?.publicKey;",
        "return ((this.keys ??= {})[kid] ??= findOwner(this.#crypto, this.#memory.state.keyring, kid)?.publicKey);",
      ),
    ],
  },
  {
    id: "T47",
    without: "the bound of a jump",
    rewrites: [
      rewrite(CLOCK, "export const JUMP_SECONDS_MAX = 86_400;", "export const JUMP_SECONDS_MAX = 0xffff_ffff;"),
    ],
  },
  {
    id: "T47",
    without: "the press before a time server is named",
    rewrites: [
      rewrite(ACTS, 'if (!context.hasPresence && configured.timeServers.some(isNewServer)) return "presence";', ""),
    ],
  },
  {
    id: "T52",
    without: "the end of presence during a visit",
    at: "no presence during a visit",
    rewrites: [rewrite("lock/inside.ts", "if (isGuestInside) return;")],
  },
  {
    id: "T52",
    without: "the end of presses under the cover during a visit",
    at: "no reset during a visit",
    rewrites: [rewrite(RESET, "isVisitOpen || ")],
  },
  {
    id: "T52",
    without: "the delay",
    at: "the delay is a day",
    rewrites: [rewrite(RESET, "RESET_MILLIS = 86_400_000", "RESET_MILLIS = 3_600_000")],
  },
  {
    id: "T52",
    without: "the alarm of every minute",
    at: "it sounds once a minute",
    rewrites: [
      rewrite(
        RESET,
        'else this.#run = { ...run, soundsAt, endsAt: soundsAt };\n    this.#parts.indicator.signal("alarm");',
        "else this.#run = { ...run, soundsAt, endsAt: soundsAt };",
      ),
    ],
  },
  {
    id: "T52",
    without: "the hour after an owner's cancel",
    at: "not again within the hour",
    rewrites: [rewrite(RESET, "RESET_REFUSED_MILLIS = 3_600_000", "RESET_REFUSED_MILLIS = 0")],
  },
  {
    id: "T52",
    without: "the end of the former identity",
    at: "it is another lock",
    rewrites: [rewrite(RESET, "forgetIdentity(constants);")],
  },
  {
    id: "T52",
    without: "the last checkpoint",
    at: "the former one has signed its end",
    rewrites: [
      rewrite(RESET, "constants.write(FAREWELL, memory.checkpoint(now));\n    memory.tryWrite", "memory.tryWrite"),
      rewrite(
        RESET,
        "constants.write(FAREWELL, memory.checkpoint(now));\n    constants.write(MARK",
        "constants.write(MARK",
      ),
    ],
  },
]);
