// A radio within reach of some networks: it joins what it is told to, if somebody there has that name and passphrase.
// Why: what the lock does with a name and a passphrase is tried without a radio; how a radio finds its network is not its affair.
// Limits: a network answers at once, unless the test holds it back, and the address is always the same.

import { type Bytes, fromAscii, toHex } from "../firmware/bytes.ts";
import { areCredentials } from "../firmware/link/network.ts";
import type { Credentials, Network, NetworkState } from "../firmware/platform.ts";

/** The address that the antenna gets: 192.168.1.20. */
export const ADDRESS: Bytes = Uint8Array.of(192, 168, 1, 20);
/** What is in reach of every antenna, as texts of ASCII; the second is open. */
export const HOME_NETWORK = Object.freeze({ name: "home", passphrase: "open sesame" });
export const OPEN_NETWORK = "cafe";

/** Gives credentials from texts of ASCII. */
export function credentialsOf(name: string, passphrase?: string): Credentials {
  return { name: fromAscii(name), passphrase: passphrase === undefined ? undefined : fromAscii(passphrase) };
}

/** A board's radio. */
export class Antenna implements Network {
  /** Whether the network takes its time: the radio is joining until this is false. */
  isSlow = false;
  /** How often it was told what to join. */
  joins = 0;
  /** What it has copied, in hexadecimal: whoever hands over bytes may wipe them. */
  #kept: { readonly name: string; readonly passphrase: string | undefined } | undefined;

  get state(): NetworkState {
    const kept = this.#kept;
    if (kept === undefined) return { is: "off" };
    if (this.isSlow) return { is: "joining" };
    const isThere = [credentialsOf(HOME_NETWORK.name, HOME_NETWORK.passphrase), credentialsOf(OPEN_NETWORK)].some(
      ({ name, passphrase }) => toHex(name) === kept.name && hexOf(passphrase) === kept.passphrase,
    );
    return isThere ? { is: "joined", address: ADDRESS.slice() } : { is: "waiting" };
  }

  join(credentials: Credentials | undefined): void {
    if (credentials !== undefined && !areCredentials(credentials)) throw new Error("a radio takes no such network");
    this.joins++;
    this.#kept =
      credentials === undefined
        ? undefined
        : { name: toHex(credentials.name), passphrase: hexOf(credentials.passphrase) };
  }
}

function hexOf(bytes: Bytes | undefined): string | undefined {
  return bytes === undefined ? undefined : toHex(bytes);
}
