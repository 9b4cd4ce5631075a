// Brings a lock the time from time servers, for its owner or for a guest.
// Why: after a loss of power a lock knows no time and opens by nobody's grant; whoever stands before it can fetch the time
// for it, since it believes two of its owner's servers that agree, and neither the phone nor the person.
// Follows docs/protocol.md §6 ("Roughtime"). A stranger's session lasts five seconds, so the servers are tried before it.

import { toBase64url } from "../firmware/bytes.ts";
import { SETTING_TIME_SERVERS } from "../firmware/policy/configuration.ts";
import { ROUGHTIME_NONCE_BYTES, type ServerTime } from "../firmware/time/roughtime.ts";
import { sayDenial } from "./denials.ts";
import { EXIT, Failure } from "./failure.ts";
import type { Keystore } from "./keystore.ts";
import { systemRandom } from "./random.ts";
import type { Terminal } from "./terminal.ts";
import { askServer, type ServerAnswer, type TimeServer } from "./timeservers.ts";
import type { Asking } from "./wire.ts";

/** Servers that the lock must hear before it believes them. */
const QUORUM = 2;

/** What a server's whole seconds may hide, twice, and the way of its answer. */
const ROUNDING_SECONDS = 3;
/** Why the lock does not take the answer of a server that it trusts: this computer's clock has no part in it. */
const DISAGREES = "it agrees with no other so far, or with nothing that the lock knows of the time.";

const REMARKS: Readonly<Record<Exclude<ServerAnswer["kind"], "told">, string>> = Object.freeze({
  silent: "does not answer",
  wrong: "answers without its key, or in another version of Roughtime: compare the key with its operator's",
  "unknown-host": "is not known under that name: is this computer online, and is the name right?",
});

/** A server, and what it said. */
export interface Brought {
  readonly server: TimeServer;
  readonly time: ServerTime;
}

/** Gives the servers that this person knows of a lock. */
export function knownServers(keystore: Keystore, lockId: string): readonly TimeServer[] {
  return (keystore.person.timeServers ?? []).filter((server) => server.lockId === lockId);
}

/** Keeps servers of a lock for the next time, each in its place. @param gone places that are empty now */
export function rememberServers(
  keystore: Keystore,
  lockId: string,
  named: { readonly servers: readonly TimeServer[]; readonly gone: readonly number[] },
): void {
  const { servers, gone } = named;
  if (servers.length === 0 && gone.length === 0) return;
  const places = new Set([...gone, ...servers.map(({ place }) => place)]);
  keystore.update(() => {
    const others = (keystore.person.timeServers ?? []).filter(
      (server) => server.lockId !== lockId || !places.has(server.place),
    );
    keystore.person.timeServers = [...others, ...servers.map((server) => ({ ...server, lockId }))];
  });
}

/** Puts servers into the places that they have in the lock, by their keys; one that the lock does not trust is told of.
 *  @param configuration of the lock, by key */
export function placed(
  servers: readonly TimeServer[],
  configuration: ReadonlyMap<number, number | Uint8Array>,
  terminal: Terminal,
): readonly TimeServer[] {
  const keys = [...configuration].flatMap(([key, value]) =>
    typeof value === "number" ? [] : [[key - SETTING_TIME_SERVERS, toBase64url(value)] as const],
  );
  return servers.flatMap((server) => {
    const place = keys.find(([, key]) => key === server.key)?.[0];
    if (place !== undefined) return [{ ...server, place }];
    terminal.warn(
      `The lock does not trust ${server.address}: "latchkey config --time-server-1 HOST:PORT=KEY" lets it, and shows whom it trusts.`,
    );
    return [];
  });
}

/** Tries each server once, all at the same time. @returns those that answer as they must, the quickest first
 *  @throws Failure where they are too few for the lock */
export async function tryServers(servers: readonly TimeServer[], terminal: Terminal): Promise<readonly TimeServer[]> {
  const random = systemRandom();
  const trials = await Promise.all(
    servers.map(async (server) => {
      const nonce = new Uint8Array(ROUGHTIME_NONCE_BYTES);
      random.fill(nonce);
      return { server, answer: await askServer(server, nonce) };
    }),
  );
  const good: { readonly server: TimeServer; readonly millis: number }[] = [];
  for (const { server, answer } of trials) {
    if (answer.kind === "told") good.push({ server, millis: answer.millis });
    else terminal.warn(`The time server ${server.address} ${REMARKS[answer.kind]}.`);
  }
  if (good.length < QUORUM) {
    throw new Failure(
      EXIT.UNREACHABLE,
      `A lock believes two time servers that agree, and ${good.length === 0 ? "none" : "only one"} answered: is this computer online? Nothing was changed.`,
    );
  }
  return good.sort((left, right) => left.millis - right.millis).map(({ server }) => server);
}

/** Carries the lock's questions to the servers and their answers back, until the lock has set its clock.
 *  @returns the two whose answers agreed @throws Failure where it took none, or no two agreed */
export async function relayTime(
  lock: Asking,
  servers: readonly TimeServer[],
  terminal: Pick<Terminal, "warn">,
): Promise<readonly Brought[]> {
  const heard: Heard[] = [];
  for (const server of servers) {
    const answer = await bringOne(lock, server, terminal);
    if (answer === undefined) continue;
    const others = [...heard].sort((left, right) => apart(left, answer) - apart(right, answer));
    const wasKept = heard.some(({ refusal }) => refusal === undefined);
    heard.push(answer);
    const [agreeing, ...rest] = others;
    // The lock keeps the first answer, and says yes to a later one only when two agreed and its clock is set. Which two, it does not
    // say: the first may be a liar's, and one that it said no to may be of the two, since it is kept as well.
    if (answer.refusal !== undefined || !wasKept || agreeing === undefined) continue;
    for (const other of rest) sayLeftOut(other, answer, terminal);
    return [agreeing, answer];
  }
  for (const other of heard) sayRefused(other, terminal);
  const isNoneTaken = heard.every(({ refusal }) => refusal !== undefined);
  throw new Failure(
    EXIT.REFUSED,
    `The lock took ${isNoneTaken ? "no answer" : "one answer, and no second that agrees with it"}, so it does not know the time yet. It trusts the servers that its owner sees with "latchkey config", in their order; wait ten seconds, then try again.`,
  );
}

/** An answer that the lock was given. */
interface Heard extends Brought {
  /** When, in seconds of this computer's own count. */
  readonly at: number;
  /** Why the lock said no; undefined where it said yes. */
  readonly refusal: string | undefined;
}

async function bringOne(
  lock: Asking,
  server: TimeServer,
  terminal: Pick<Terminal, "warn">,
): Promise<Heard | undefined> {
  const asked = await lock.ask({ kind: "timeRequest", server: server.place });
  if (asked.kind !== "nonce") {
    terminal.warn(`The lock has no time server in place ${server.place + 1}.`);
    return undefined;
  }
  const answer = await askServer(server, asked.nonce.slice());
  if (answer.kind !== "told") {
    terminal.warn(`The time server ${server.address} ${REMARKS[answer.kind]}.`);
    return undefined;
  }
  const heard = { server, time: answer.time, at: performance.now() / 1_000 };
  const taken = await lock.ask({ kind: "timeResponse", response: answer.packet });
  if (taken.kind === "yes") return { ...heard, refusal: undefined };
  const denial = taken.kind === "no" ? taken.denial : undefined;
  return { ...heard, refusal: denial === "clock" ? DISAGREES : sayDenial(denial) };
}

/** By how many seconds two answers are not the same time. */
function apart(one: Heard, other: Heard): number {
  return Math.abs(one.time.midpoint - one.at - (other.time.midpoint - other.at));
}

/** Says of an answer why it is not one of the two that agree. */
function sayLeftOut(other: Heard, agreeing: Heard, terminal: Pick<Terminal, "warn">): void {
  const isSame = apart(other, agreeing) <= other.time.radius + agreeing.time.radius + ROUNDING_SECONDS;
  if (isSame) sayRefused(other, terminal);
  else terminal.warn(`The time server ${other.server.address} tells another time than the two that agree.`);
}

function sayRefused({ server, refusal }: Heard, terminal: Pick<Terminal, "warn">): void {
  if (refusal !== undefined) terminal.warn(`The lock did not take the answer of ${server.address}: ${refusal}`);
}
