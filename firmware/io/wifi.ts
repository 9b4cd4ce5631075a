// The board's place in the house's wireless network: it joins with what its owner gave, and joins again for as long as it must.
// Why: the lock works without it, so nothing here may stop the board or wait; and a router that is off for a night, or whose password
// was changed, must not be asked every second by every board of the house.
// Follows Ecma-419's network interface (3rd edition, draft) as the Moddable SDK 8.2.3 has it; names and passphrases have the bounds of
// IEEE 802.11-2020. Protected management frames are demanded by how a board joins (protected.ts).

import { toAscii } from "../bytes.ts";
import { decodeUtf8 } from "../cbor/text.ts";
import { areCredentials } from "../link/network.ts";
import { type Credentials, type Millis, millis, type Network, type NetworkState, type Random } from "../platform.ts";
import type { Wifi, WifiClass } from "./ecma419.ts";
import type { Loop } from "./loop.ts";

/** How long joining may take, an address included. */
export const JOIN_MILLIS_MAX = 30_000;
/** How often a network that was joined is looked at: of a lease that ran out nobody tells. */
export const LOOK_MILLIS = 30_000;
/** The first wait, which doubles with each failure, and the longest. */
export const WAIT_MILLIS_MIN = 1_000;
export const WAIT_MILLIS_MAX = 300_000;
/** After so long the next failure is a first one again. */
export const STEADY_MILLIS = 60_000;
/** Whoever has the board leave a network may have said so over it: the answer goes out first. */
export const PARTING_MILLIS = 1_000;
/** Between leaving and joining: the radio's late word of the one would end the other. */
export const SETTLE_MILLIS = 500;

const ADDRESS_BYTES = 4;
const IDLE = 200;
const JOINED = 500;

/** What a station is made of. */
export interface StationParts {
  /** The SDK's WiFi. */
  readonly io: WifiClass;
  readonly loop: Loop;
  /** Spreads the tries of a house's boards. */
  readonly random: Random;
  /** Hears that the radio has started, once: from then on it feeds the random generator. */
  started?(): void;
  /** Hears of each new address, and of the end of one as undefined. */
  changed(address: string | undefined, now: Millis): void;
}

/** What the SDK's class is asked for: texts, which stay where they are. */
type Wish = Parameters<Wifi["connect"]>[0];

type State =
  | { readonly kind: "off" }
  | { readonly kind: "joining"; readonly until: Millis }
  | { readonly kind: "joined"; readonly since: Millis; readonly lookAt: Millis; readonly address: string }
  | { readonly kind: "parting"; readonly until: Millis }
  | { readonly kind: "waiting"; readonly until: Millis };

/** The board as a station. It owns the radio: `close()` leaves the network, and twice is harmless. Total: it never throws. */
export class Station implements Network {
  readonly #parts: StationParts;
  #wifi: Wifi | undefined;
  #wish: Wish | undefined;
  #state: State = { kind: "off" };
  #failures = 0;
  /** When the radio has said its last word of what was left. */
  #settledAt = millis(0);

  constructor(parts: StationParts) {
    this.#parts = parts;
  }

  get state(): NetworkState {
    const { kind } = this.#state;
    if (kind === "parting") return { is: this.#wish === undefined ? "off" : "joining" };
    // Before the first failure it waits for the radio only, which has to leave another network first.
    if (kind === "waiting" && this.#failures === 0) return { is: "joining" };
    if (kind !== "joined") return { is: kind };
    const address = Uint8Array.from(this.#state.address.split("."), Number);
    return { is: kind, address: address.length === ADDRESS_BYTES ? address : new Uint8Array(ADDRESS_BYTES) };
  }

  /** Whether the radio was started: from then on it is on, in a network or not. */
  get isOn(): boolean {
    return this.#wifi !== undefined;
  }

  /** Joins another network, or leaves for good: at once, or a second later where it is in one. Without credentials, or with those that no
   *  radio takes, it is left as it is: never started, or idle. */
  join(credentials: Credentials | undefined): void {
    const now = this.#parts.loop.uptime();
    const { kind } = this.#state;
    this.#wish = credentials === undefined || !areCredentials(credentials) ? undefined : wishOf(credentials);
    this.#failures = 0;
    if (kind === "joined") this.#state = { kind: "parting", until: millis(now + PARTING_MILLIS) };
    else if (kind !== "parting") this.#begin(now);
  }

  /** Does what is due. */
  tick(now: Millis): void {
    const state = this.#state;
    if (state.kind === "waiting" && now >= state.until) this.#try(now);
    else if (state.kind === "parting" && now >= state.until) this.#begin(now);
    else if (state.kind === "joining" && now >= state.until) this.#fail(now);
    else if (state.kind === "joined" && now >= state.lookAt) this.#look(now);
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    const state = this.#state;
    if (state.kind === "off") return undefined;
    return state.kind === "joined" ? state.lookAt : state.until;
  }

  /** Leaves the network, and gives the radio back. */
  close(): void {
    this.join(undefined);
    if (this.#state.kind === "parting") this.#begin(this.#parts.loop.uptime());
    this.#ask((wifi) => wifi.close());
    this.#wifi = undefined;
  }

  /** Leaves what it is in, and joins what it was told last. */
  #begin(now: Millis): void {
    const wasJoined = this.#state.kind === "parting";
    this.#leave(now);
    if (this.#wish === undefined) this.#state = { kind: "off" };
    else {
      this.#state = { kind: "waiting", until: millis(Math.max(now, this.#settledAt)) };
      this.tick(now);
    }
    if (wasJoined) this.#parts.changed(undefined, now);
  }

  #try(now: Millis): void {
    const { io, loop } = this.#parts;
    if (this.#wish === undefined) return;
    try {
      if (this.#wifi === undefined) {
        this.#wifi = new io({ onChanged: () => loop.call((then) => this.#look(then)) });
        this.#parts.started?.();
      }
      this.#state = { kind: "joining", until: millis(now + JOIN_MILLIS_MAX) };
      this.#wifi.connect(this.#wish);
    } catch {
      // No memory, or a radio that is busy with something of which the class knows nothing.
      this.#disconnect(now);
      this.#fail(now);
    }
  }

  /** Sees what has become of it. */
  #look(now: Millis): void {
    const state = this.#state;
    if (state.kind !== "joining" && state.kind !== "joined") return;
    const connection = this.#ask((wifi) => wifi.connection) ?? IDLE;
    const address = connection === JOINED ? leasedOf(this.#ask((wifi) => wifi.address)) : undefined;
    if (address === undefined) {
      if (state.kind === "joined" || connection === IDLE) this.#fail(now);
      return;
    }
    const lookAt = millis(now + LOOK_MILLIS);
    const since = state.kind === "joined" ? state.since : now;
    const isNew = state.kind === "joining" || state.address !== address;
    this.#state = { kind: "joined", since, lookAt, address };
    if (isNew) this.#parts.changed(address, now);
  }

  /** Waits, each time for longer. */
  #fail(now: Millis): void {
    const state = this.#state;
    const wasJoined = state.kind === "joined";
    if (state.kind === "joined" && now - state.since >= STEADY_MILLIS) this.#failures = 0;
    this.#leave(now);
    const longest = Math.min(WAIT_MILLIS_MIN * 2 ** this.#failures, WAIT_MILLIS_MAX);
    // 2^9 seconds are above the longest wait.
    this.#failures = Math.min(this.#failures + 1, 9);
    this.#state = { kind: "waiting", until: millis(now + longest - this.#drawBelow(longest / 4)) };
    if (wasJoined) this.#parts.changed(undefined, now);
  }

  /** Leaves, where there is something to leave. */
  #leave(now: Millis): void {
    const isIdle = (this.#ask((wifi) => wifi.connection) ?? IDLE) === IDLE;
    if (!isIdle) this.#disconnect(now);
  }

  #disconnect(now: Millis): void {
    this.#ask((wifi) => wifi.disconnect());
    this.#settledAt = millis(now + SETTLE_MILLIS);
  }

  /** @returns 0..bound, whole */
  #drawBelow(bound: number): number {
    const drawn = new Uint8Array(2);
    this.#parts.random.fill(drawn);
    return Math.floor((bound * (drawn[0] * 256 + drawn[1])) / 0x10000);
  }

  /** Asks the SDK's class; undefined where it throws, or is not there. */
  #ask<Answer>(question: (wifi: Wifi) => Answer): Answer | undefined {
    if (this.#wifi === undefined) return undefined;
    try {
      return question(this.#wifi);
    } catch {
      return undefined;
    }
  }
}

/** Gives the address that a network has leased: where it has ended the SDK tells the radio's own one, of IPv6, or zeros. */
function leasedOf(address: string | undefined): string | undefined {
  return address?.includes(".") && address !== "0.0.0.0" ? address : undefined;
}

function wishOf({ name, passphrase }: Credentials): Wish {
  const SSID = decodeUtf8(name, 0, name.length);
  return passphrase === undefined ? { SSID } : { SSID, password: toAscii(passphrase) };
}
