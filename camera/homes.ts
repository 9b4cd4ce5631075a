// Who of a house's own machines may have the picture: the judge of HTTP digest authentication, off unless an owner set a password.
// Why: a home computer knows no tickets; it can ask for /snapshot.jpg and /stream.mjpeg with a name and a password, in the house's own
// network. Whoever listens learns neither, whoever repeats is refused, and whoever guesses is slow.
// Follows RFC 7616 with SHA-256 and qop=auth alone; RFC 9110 §11. The server itself, and TLS, are the main file's affair.

import { type Bytes, fromAscii, fromHex, toBase64url, toHex } from "../firmware/bytes.ts";
import { type Crypto, HASH_BYTES } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import { Bucket } from "../firmware/link/bucket.ts";
import { REALM, USER } from "../firmware/link/password.ts";
import { type Millis, millis, type Random } from "../firmware/platform.ts";

/** For how long a nonce counts, in milliseconds; whoever streams on needs no other. */
export const NONCE_MILLIS = 300_000;
/** Nonces that are remembered; the oldest goes. */
export const NONCES_MAX = 8;
/** The longest header that is looked at. */
export const HEADER_CHARACTERS_MAX = 1_024;

const NONCE_BYTES = 16;
/** Answers that are wrong. */
const FAILURES = Object.freeze({ atOnce: 8, tryMillis: 2_000 });
const PARAMETERS_MAX = 12;
// Patterns stand in functions: one that is made while an image is linked holds addresses of the linker's own memory, and no two links
// give the same bytes.
/** One parameter and the comma behind it. RFC 9110 §11.2: a token, or a quoted string; here without escapes. */
const parameterOf = (text: string) => /^\s*([A-Za-z]+)\s*=\s*(?:"([^"\\]*)"|([^\s",]+))\s*(?:,|$)/.exec(text);
const isCount = (text: string) => /^[0-9a-f]{8}$/.test(text);
const isResponse = (text: string) => /^[0-9a-f]{64}$/.test(text);

/** Who may come. */
export interface Account {
  readonly user: string;
  /** `secretOf` the password: what is kept, so that the password is not. */
  readonly secret: Bytes;
  /** REALM where it is left out. */
  readonly realm?: string;
}

/** One request, as its first line and its Authorization header say it. */
export interface HomeRequest {
  readonly method: string;
  /** As it was sent. */
  readonly uri: string;
  readonly authorization: string | undefined;
}

/** What is to be answered: 200 and the picture; 401 with that WWW-Authenticate; 404, since nothing is offered here. */
export type HomeVerdict =
  | { readonly kind: "welcome" }
  | { readonly kind: "challenge"; readonly header: string }
  | { readonly kind: "absent" };

interface Nonce {
  readonly text: string;
  readonly since: Millis;
  /** The highest nc that was taken. RFC 7616 §3.4: it counts the requests. */
  count: number;
}

/** Gives the account of a house's own machines. @param secret `secretOf` its password; undefined: there is none */
export function accountOf(secret: Bytes | undefined): Account | undefined {
  return secret === undefined ? undefined : { user: USER, secret };
}

/** Gives the answer to a challenge, as a client makes it. RFC 7616 §3.4.1. @returns 32 bytes */
export function responseOf(
  crypto: Crypto,
  secret: Bytes,
  { method, uri, nonce, count, cnonce }: Readonly<Record<"method" | "uri" | "nonce" | "count" | "cnonce", string>>,
): Bytes {
  const asked = toHex(crypto.sha256(fromAscii(`${method}:${uri}`)));
  return crypto.sha256(fromAscii(`${toHex(secret)}:${nonce}:${count}:${cnonce}:auth:${asked}`));
}

/** Judges requests. Its memory is bounded. */
export class Homes {
  readonly #crypto: Crypto;
  readonly #random: Random;
  #account: Account | undefined;
  readonly #failures: Bucket;
  #barredUntil: Millis = millis(0);
  #nonces: readonly Nonce[] = [];

  /** @param account undefined: nothing is offered */
  constructor(
    { crypto, random }: { readonly crypto: Crypto; readonly random: Random },
    account: Account | undefined,
    now: Millis,
  ) {
    this.#crypto = crypto;
    this.#random = random;
    this.#account = account;
    this.#failures = new Bucket(FAILURES, now);
  }

  /** Whether anything is offered. */
  get isOpen(): boolean {
    return this.#account !== undefined;
  }

  /** Takes another account's word from now on, or nobody's: whoever was challenged before must ask again. */
  change(account: Account | undefined): void {
    this.#account = account;
    this.#nonces = [];
  }

  /** Judges one. Total. A request that is challenged is not served, whatever it says. */
  judge(request: HomeRequest, now: Millis): HomeVerdict {
    const account = this.#account;
    if (account === undefined) return { kind: "absent" };
    this.#nonces = this.#nonces.filter(({ since }) => now - since < NONCE_MILLIS);
    const given = request.authorization === undefined ? undefined : parametersOf(request.authorization);
    if (given === undefined) return this.#challenge(account, now, false);
    // Whoever was wrong too often is not even compared, and is told no more than before.
    const answer = now < this.#barredUntil ? "wrong" : this.#verify(account, request, given);
    if (answer === "right") return { kind: "welcome" };
    if (answer === "wrong" && now >= this.#barredUntil && !this.#failures.take(now)) {
      this.#barredUntil = millis(now + FAILURES.tryMillis);
    }
    return this.#challenge(account, now, answer === "stale");
  }

  #verify(
    account: Account,
    { method, uri }: HomeRequest,
    given: ReadonlyMap<string, string>,
  ): "right" | "wrong" | "stale" {
    const value = (name: string) => given.get(name) ?? "";
    const [nonce, count, cnonce, response] = [value("nonce"), value("nc"), value("cnonce"), value("response")];
    const isForm = isCount(count) && isResponse(response) && cnonce !== "" && value("qop") === "auth";
    const isOurs = value("algorithm") === "SHA-256" && value("uri") === uri && value("userhash") !== "true";
    const isNamed = value("realm") === (account.realm ?? REALM) && value("username") === account.user;
    if (!isForm || !isOurs || !isNamed) return "wrong";
    const expected = this.#expected(account, { method, uri, nonce, count, cnonce });
    if (expected === undefined || !this.#crypto.isEqual(expected, fromHex(response))) return "wrong";
    // The right secret with a nonce that is gone, or a count that was taken: a replay, or somebody who has waited too long.
    const found = this.#nonces.find(({ text }) => text === nonce);
    const counted = Number.parseInt(count, 16);
    if (found === undefined || counted <= found.count) return "stale";
    found.count = counted;
    return "right";
  }

  #expected(account: Account, parts: Parameters<typeof responseOf>[2]): Bytes | undefined {
    if (account.secret.length !== HASH_BYTES) return undefined;
    try {
      return responseOf(this.#crypto, account.secret, parts);
    } catch (fault) {
      // Something else than printable text.
      if (!(fault instanceof Fault)) throw fault;
      return undefined;
    }
  }

  #challenge(account: Account, now: Millis, isStale: boolean): HomeVerdict {
    const bytes = new Uint8Array(NONCE_BYTES);
    this.#random.fill(bytes);
    const text = toBase64url(bytes);
    this.#nonces = [...this.#nonces.slice(1 - NONCES_MAX), { text, since: now, count: 0 }];
    const stale = isStale ? ", stale=true" : "";
    const header = `Digest realm="${account.realm ?? REALM}", qop="auth", algorithm=SHA-256, nonce="${text}"${stale}`;
    return { kind: "challenge", header };
  }
}

/** Takes a header apart; undefined where it is no digest, or names something twice. RFC 7616 §3.4. */
function parametersOf(header: string): ReadonlyMap<string, string> | undefined {
  if (header.length > HEADER_CHARACTERS_MAX || !/^digest /i.test(header)) return undefined;
  const given = new Map<string, string>();
  let left = header.slice("digest ".length);
  while (left.trim() !== "") {
    const match = parameterOf(left);
    const name = match?.[1]?.toLowerCase();
    if (match === null || name === undefined || given.has(name) || given.size === PARAMETERS_MAX) return undefined;
    given.set(name, match[2] ?? match[3] ?? "");
    left = left.slice(match[0].length);
  }
  return given;
}
