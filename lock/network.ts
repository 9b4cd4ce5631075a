// The house's Wi-Fi as the lock keeps it: set and forgotten by an owner, joined at each start, never told to anybody.
// Why: the lock works without a network and must not become the place where the house's passphrase leaks: it lies in the
// board's constants, not in the journal, which is fetched and exported; and it is over with the owner who had it set.
// Follows docs/protocol.md §3.4.

import { type Bytes, NO_BYTES } from "../firmware/bytes.ts";
import { Reader } from "../firmware/cbor/decode.ts";
import { Writer } from "../firmware/cbor/encode.ts";
import { KID_BYTES } from "../firmware/cose/key.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import type { NetworkEvent } from "../firmware/journal/entry.ts";
import { NETWORK_CONSTANT, type NetworkRequest, readCredentials, writeCredentials } from "../firmware/link/network.ts";
import type { Constants, Credentials, Millis, Network, NetworkState } from "../firmware/platform.ts";
import type { Memory } from "./memory.ts";
import type { Ration } from "./ration.ts";

const VERSION = 1;
/** The most bytes of what is kept: the longest name and passphrase, under a custody. */
const VALUE_BYTES_MAX = 110;

/** What the lock's network stands on. */
export interface NetworkParts {
  readonly crypto: Crypto;
  readonly constants: Constants;
  readonly memory: Memory;
  /** What each owner has left of statements. */
  readonly statements: Ration;
  /** The radio; a lock without one refuses what is asked of it. */
  readonly network?: Network | undefined;
}

/** Forgets the network, durably. @throws Fault flash.io */
export function forgetNetwork(constants: Constants): void {
  constants.erase(NETWORK_CONSTANT);
}

/** The network of one lock. */
export class HouseNetwork {
  readonly #parts: NetworkParts;

  /** Joins what was set before this start. */
  constructor(parts: NetworkParts) {
    this.#parts = parts;
    this.#rejoin();
  }

  /** How the radio stands; undefined without one. */
  get state(): NetworkState | undefined {
    return this.#parts.network?.state;
  }

  /** Does what an owner asks. The record is written first: no network is joined or left of which no record tells.
   *  @param owner 8 bytes @returns why not, or undefined; then nothing has changed */
  asked(request: NetworkRequest, owner: Bytes, now: Millis): Denial | undefined {
    const { memory, network, statements } = this.#parts;
    if (network === undefined) return "unsupported";
    if (!memory.hasRoomForOwners) return "journal";
    if (!statements.take(owner, now)) return "rate";
    const credentials = request.kind === "joinNetwork" ? request.credentials : undefined;
    const note = (event: NetworkEvent): boolean => memory.tryWrite({ kind: "network", actor: owner, event }, now);
    if (!note(credentials === undefined ? "forgotten" : "set")) return "journal";
    if (!this.#tryKeep(credentials)) {
      note("kept");
      return "journal";
    }
    network.join(credentials);
    return undefined;
  }

  /** Leaves and forgets what a former owner had set; where the flash refuses, the next start forgets it. */
  handedOver(): void {
    this.#rejoin();
  }

  #rejoin(): void {
    const { constants, crypto, network } = this.#parts;
    let stored: Bytes | undefined;
    try {
      stored = constants.read(NETWORK_CONSTANT);
      const own = stored === undefined ? undefined : this.#readOwn(stored);
      if (own === undefined && stored !== undefined && this.#recoveryKid.length > 0) forgetNetwork(constants);
      network?.join(own);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      // The lock works without a network, and its owner sees in the status that it has none.
      network?.join(undefined);
    } finally {
      if (stored !== undefined) crypto.wipe(stored);
    }
  }

  /** Names the custody under which a network is set: the key on paper is another after each adoption and transfer, and after no
   *  other act. So a cut of power between a transfer and its forgetting gives the buyer's lock no former network.
   *  @returns 8 bytes, or none where the journal lost it */
  get #recoveryKid(): Bytes {
    return this.#parts.memory.state.keyring.recovery?.kid ?? NO_BYTES;
  }

  /** @returns views; undefined where it was set under another custody
   *  @throws Fault link.shape, cbor.* */
  #readOwn(stored: Bytes): Credentials | undefined {
    const { crypto } = this.#parts;
    const reader = new Reader(stored);
    reader.readArray(4, 4);
    if (reader.readUint(VERSION) !== VERSION) throw new Fault("link.shape");
    const custody = reader.readView(0, KID_BYTES);
    const credentials = readCredentials(reader);
    reader.end();
    const own = this.#recoveryKid;
    return custody.length === own.length && crypto.isEqual(custody, own) ? credentials : undefined;
  }

  /** @returns whether it is durable */
  #tryKeep(credentials: Credentials | undefined): boolean {
    const { constants, crypto } = this.#parts;
    let value: Bytes | undefined;
    try {
      if (credentials === undefined) forgetNetwork(constants);
      else {
        const custody = this.#recoveryKid;
        // The buffer has the size of what is written, so that no second copy of the passphrase stays behind.
        value = Writer.encode(VALUE_BYTES_MAX, (writer) =>
          writeCredentials(writer.array(4).uint(VERSION).bytes(custody), credentials),
        );
        constants.write(NETWORK_CONSTANT, value);
      }
      return true;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return false;
    } finally {
      if (value !== undefined) crypto.wipe(value);
    }
  }
}
