// The house's network as the camera keeps it: told over the cable in its opened case, joined at each start, never told to anybody.
// Why: a camera has no owner's session before it is in the network, so it believes the hand at its open case; whoever shuts the case
// can change nothing any more, and the lock has heard that it was open.
// Follows docs/protocol.md §3.4.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import { Bucket } from "../firmware/link/bucket.ts";
import { NETWORK_CONSTANT } from "../firmware/link/network.ts";
import { encodeProvision, encodeProvisioned, parseProvision } from "../firmware/link/provision.ts";
import type { Constants, Credentials, Millis, Network, Wire } from "../firmware/platform.ts";

/** Each costs the flash a write; a hand makes a mistake twice, and a machine wears out nothing. */
const CHANGES = Object.freeze({ atOnce: 4, tryMillis: 10_000 });

/** What a camera's network stands on. */
export interface ProvisionParts {
  readonly crypto: Crypto;
  readonly constants: Constants;
  /** The radio; a camera without one refuses. */
  readonly network?: Network | undefined;
  /** The cable, to answer over. */
  readonly cable?: Wire | undefined;
}

/** The network of one camera. */
export class Provision {
  readonly #parts: ProvisionParts;
  readonly #changes: Bucket;

  /** Joins what was told before this start; what makes no sense is as if it was never told. */
  constructor(parts: ProvisionParts, now: Millis) {
    this.#parts = parts;
    this.#changes = new Bucket(CHANGES, now);
    this.#rejoin();
  }

  /** Takes one frame of the cable, and answers it if it is a provision; anything else is noise. Total: no bytes make it throw.
   *  @param frame a copy, which is wiped @param isCaseOpen as the contact says now */
  received(frame: Bytes, isCaseOpen: boolean, now: Millis): void {
    const { cable, crypto } = this.#parts;
    try {
      const credentials = parseProvision(frame);
      const isDone = isCaseOpen && this.#changes.take(now) && this.#tryKeep(credentials);
      cable?.send(encodeProvisioned(isDone));
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
    } finally {
      crypto.wipe(frame);
    }
  }

  /** Leaves the network and forgets it. @throws Fault flash.io; nothing has changed then */
  forget(): void {
    const { constants, network } = this.#parts;
    constants.erase(NETWORK_CONSTANT);
    network?.join(undefined);
  }

  /** @returns whether it is durable, and joined; else nothing has changed */
  #tryKeep(credentials: Credentials): boolean {
    const { constants, crypto, network } = this.#parts;
    if (network === undefined) return false;
    const value = encodeProvision(credentials);
    try {
      constants.write(NETWORK_CONSTANT, value);
      network.join(credentials);
      return true;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return false;
    } finally {
      crypto.wipe(value);
    }
  }

  #rejoin(): void {
    const { constants, crypto, network } = this.#parts;
    let stored: Bytes | undefined;
    try {
      stored = constants.read(NETWORK_CONSTANT);
      network?.join(stored === undefined ? undefined : parseProvision(stored));
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      network?.join(undefined);
    } finally {
      if (stored !== undefined) crypto.wipe(stored);
    }
  }
}
