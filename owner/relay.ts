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

/** Servers that must answer before the lock is asked: it believes two that agree. */
const QUORUM = 2;

const REMARKS: Readonly<Record<Exclude<ServerAnswer["kind"], "told">, string>> = Object.freeze({
  silent: "does not answer",
  wrong: "answers without its key, or in another version of Roughtime: compare the key with its operator's",
  "unknown-host": "is not known under that name: is this computer online, and is the name right?",
});

/** A server, and what it says. */
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
 *  @returns the two that agreed @throws Failure where it took none, or no two agreed */
export async function relayTime(
  lock: Asking,
  servers: readonly TimeServer[],
  terminal: Terminal,
): Promise<readonly Brought[]> {
  // From the first that it took on, which it only keeps; one that agrees with none of them it refuses, and keeps too.
  const kept: Brought[] = [];
  for (const server of servers) {
    const said = await bringOne(lock, server, terminal);
    if (said === undefined || (kept.length === 0 && !said.isTaken)) continue;
    // It says yes to a later one only when two agreed and its clock is set.
    if (said.isTaken && kept.length > 0) return [nearest(kept, said), said];
    kept.push(said);
  }
  const heard = kept.length === 0 ? "no answer" : "one answer, and no second that agrees with it";
  throw new Failure(
    EXIT.REFUSED,
    `The lock took ${heard}, so it does not know the time yet. It trusts the servers that its owner sees with "latchkey config", in their order; wait ten seconds, then try again.`,
  );
}

/** Gives the one that says nearly the same as another: a server that lies is not the one that agreed. */
function nearest(kept: readonly Brought[], { time }: Brought): Brought {
  const awayOf = (one: Brought) => Math.abs(one.time.midpoint - time.midpoint);
  return kept.reduce((found, one) => (awayOf(one) < awayOf(found) ? one : found));
}

/** Brings the answer of one server. @returns what it says, and whether the lock took it; undefined where there was nothing to bring */
async function bringOne(
  lock: Asking,
  server: TimeServer,
  terminal: Terminal,
): Promise<(Brought & { readonly isTaken: boolean }) | undefined> {
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
  const taken = await lock.ask({ kind: "timeResponse", response: answer.packet });
  const isTaken = taken.kind === "yes";
  if (!isTaken) {
    const reason = taken.kind === "no" && taken.denial !== undefined ? sayDenial(taken.denial) : "it gives no reason.";
    terminal.warn(`The lock did not take the answer of ${server.address}: ${reason}`);
  }
  return { server, time: answer.time, isTaken };
}
