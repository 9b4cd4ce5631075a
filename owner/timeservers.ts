// Time servers as people name them, and the questions that are put to them: one packet out, one verified answer back.
// Why: a phone at the door asks in the lock's stead; it checks each server before it bothers the lock, so that what is told
// to a person is which server is silent or wrong, and not only that the lock said no.
// Follows RFC 10049 (Roughtime, version 1) over UDP, and docs/protocol.md §6.

import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { crypto } from "#crypto";
import { type Bytes, fromBase64url, toBase64url } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import { encodeTimeRequest, type ServerTime, verifyTimeResponse } from "../firmware/time/roughtime.ts";
import { systemCode, usage } from "./failure.ts";
import { printable } from "./terminal.ts";

/** Places for servers in a lock. */
export const SERVERS_MAX = 3;

/** The port that is registered for Roughtime. */
const DEFAULT_PORT = 2_002;
/** A datagram may be lost: it is sent again after each of these waits, and the server given up after the last. */
const WAIT_MILLIS: readonly number[] = Object.freeze([500, 700, 800]);
const EXAMPLE = "roughtime.example:2002=KEY";

/** A server: where it is asked, and the key that it must answer with. */
export interface TimeServer {
  /** In the lock, 0..2. */
  readonly place: number;
  /** host:port */
  readonly address: string;
  /** Ed25519, base64url of 32 bytes. */
  readonly key: string;
}

/** What came of a question. */
export type ServerAnswer =
  | { readonly kind: "told"; readonly time: ServerTime; readonly packet: Bytes; readonly millis: number }
  | { readonly kind: "silent" | "wrong" | "unknown-host" };

/** Reads `HOST:PORT=KEY`, with the server's place in the lock before it where it is not the next one: `3=HOST:PORT=KEY`.
 *  The key is base64 of either kind, as servers' operators print it.
 *  @param place 0..2, where the text does not say it @throws Failure */
export function parseTimeServer(text: string, place: number): TimeServer {
  const match = /^(?:([1-3])=)?((?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?)=([A-Za-z0-9+/_-]{43})=?$/.exec(
    text,
  );
  if (match === null) throw usage(`"${printable(text.slice(0, 80))}" is no time server: write one such as ${EXAMPLE}.`);
  const [, number, address = "", key = ""] = match;
  splitAddress(address);
  const bytes = readKey(key);
  return { place: number === undefined ? place : Number(number) - 1, address, key: toBase64url(bytes) };
}

/** Reads several, each in its place. @throws Failure where two have one place, or there are more than three */
export function parseTimeServers(texts: readonly string[]): readonly TimeServer[] {
  const servers = texts.flatMap((text) => text.split(",")).map((text, index) => parseTimeServer(text.trim(), index));
  const places = new Set(servers.map(({ place }) => place));
  if (places.size < servers.length || servers.some(({ place }) => place >= SERVERS_MAX)) {
    throw usage(`A lock has ${SERVERS_MAX} places for time servers: name at most ${SERVERS_MAX}, each place once.`);
  }
  return servers;
}

/** The same as text, to be handed to somebody else. */
export function sayTimeServer({ address, key }: TimeServer): string {
  return `${address}=${key}`;
}

/** Asks a server for the time. @param nonce 32 bytes: the lock's, or drawn for a trial */
export async function askServer(server: TimeServer, nonce: Bytes): Promise<ServerAnswer> {
  const { host, port } = splitAddress(server.address);
  let address: string;
  let family: number;
  try {
    ({ address, family } = await lookup(host));
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return { kind: "unknown-host" };
  }
  const key = fromBase64url(server.key);
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  try {
    return await exchange(socket, { address, port }, { nonce, key });
  } finally {
    socket.close();
  }
}

async function exchange(
  socket: Socket,
  to: { readonly address: string; readonly port: number },
  question: { readonly nonce: Bytes; readonly key: Bytes },
): Promise<ServerAnswer> {
  const request = encodeTimeRequest(crypto, question.nonce, question.key);
  const began = performance.now();
  let isWrong = false;
  let told: ServerAnswer | undefined;
  let wake: () => void = () => undefined;
  // Whoever is on the path may send something first: what does not verify does not end the waiting.
  socket.on("message", (packet: Buffer) => {
    const bytes = new Uint8Array(packet);
    const time = verified(bytes, question);
    if (time === undefined) isWrong = true;
    else told = { kind: "told", time, packet: bytes, millis: performance.now() - began };
    wake();
  });
  // A port without a server answers with an error: it is as silent as one that says nothing.
  socket.on("error", () => wake());
  const hasWay = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.connect(to.port, to.address);
  });
  // Off the network, or with an address of a kind that this one has not.
  if (!hasWay) return { kind: "silent" };
  for (const wait of WAIT_MILLIS) {
    socket.send(request, () => undefined);
    const deadline = performance.now() + wait;
    for (let left = wait; told === undefined && left > 0; left = deadline - performance.now()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (told !== undefined) return told;
  }
  return { kind: isWrong ? "wrong" : "silent" };
}

function verified(packet: Bytes, question: { readonly nonce: Bytes; readonly key: Bytes }): ServerTime | undefined {
  try {
    return verifyTimeResponse(crypto, packet, question);
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** Reads base64 of either alphabet. @throws Failure where it is not of 32 bytes in their one form */
function readKey(text: string): Bytes {
  try {
    return fromBase64url(text.replaceAll("+", "-").replaceAll("/", "_"));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw usage(`"${printable(text)}" is no key of a time server: copy the 43 or 44 characters anew.`);
  }
}

function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(address);
  const port = Number(match?.[3] ?? DEFAULT_PORT);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port < 1 || port > 65_535) {
    throw usage(`"${printable(address)}" is not host:port: write a time server such as ${EXAMPLE}.`);
  }
  return { host, port };
}
