// The Wi-Fi of the house in real time: whatever name its lock is told, a network of that name is there.
// Why: whoever owns the lock of `npm start` tries `latchkey wifi` and sees something come of it, on a computer without a radio.
// Runs on Node only, like the house that it belongs to. Limits: any passphrase is right, a network answers at once, and the
// address is this computer's, where the lock is reached.

import type { Bytes } from "../firmware/bytes.ts";
import { areCredentials } from "../firmware/link/network.ts";
import type { Credentials, Network, NetworkState } from "../firmware/platform.ts";
import { printable } from "../owner/terminal.ts";

const ADDRESS: Bytes = Uint8Array.of(127, 0, 0, 1);

/** A lock's radio in a house that has every network. */
export class Hotspot implements Network {
  readonly #say: (what: string) => void;
  /** The name of the network, as it may be shown. */
  #joined: string | undefined;

  /** @param say is told what is joined and left */
  constructor(say: (what: string) => void) {
    this.#say = say;
  }

  get state(): NetworkState {
    return this.#joined === undefined ? { is: "off" } : { is: "joined", address: ADDRESS.slice() };
  }

  join(credentials: Credentials | undefined): void {
    if (credentials !== undefined && !areCredentials(credentials)) throw new Error("a radio takes no such network");
    const former = this.#joined;
    this.#joined = credentials === undefined ? undefined : printable(new TextDecoder().decode(credentials.name));
    if (former !== undefined && former !== this.#joined) this.#say(`Wi-Fi: left "${former}"`);
    if (this.#joined !== undefined) this.#say(`Wi-Fi: joined "${this.#joined}"`);
  }
}
