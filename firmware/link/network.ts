// The house's Wi-Fi as its name and passphrase: on the way from an owner to a board, and in the board's constants.
// Why: the lock and the camera are told the same two things by different ways, and neither may take a name or a passphrase
// that its radio would cut short, or that tells a reader something else than the radio.
// Follows docs/protocol.cddl, `network`; IEEE 802.11 for an SSID's 32 bytes, and its WPA passphrase of 8 to 63 characters.

import { type Bytes, NO_BYTES } from "../bytes.ts";
import { NONE, type Reader } from "../cbor/decode.ts";
import type { Writer } from "../cbor/encode.ts";
import { checkUtf8 } from "../cbor/text.ts";
import { assert, Fault } from "../fault.ts";
import type { Credentials, NetworkState } from "../platform.ts";

/** An SSID has 1..32 bytes. */
export const NETWORK_NAME_BYTES_MAX = 32;
/** A passphrase has 8..63 printable characters of ASCII. */
export const PASSPHRASE_BYTES_MIN = 8;
export const PASSPHRASE_BYTES_MAX = 63;
/** Where a board keeps the network among its constants. */
export const NETWORK_CONSTANT = "wifi";

const SPACE = 0x20;
const TILDE = 0x7e;
const ADDRESS_BYTES = 4;
const STATES: readonly NetworkState["is"][] = Object.freeze(["off", "joining", "joined", "waiting"] as const);

/** What an owner asks of the lock's network; only an owner session may. */
export type NetworkRequest =
  /** Joins a network, from now on and after each start. */
  | { readonly kind: "joinNetwork"; readonly id: number; readonly credentials: Credentials }
  /** Leaves it and forgets it. */
  | { readonly kind: "leaveNetwork"; readonly id: number };

/** Whether these are what a radio takes: a name of 1..32 bytes of UTF-8 without a zero, since the SDK knows names as texts; no
 *  passphrase, or 8..63 printable characters. */
export function areCredentials({ name, passphrase }: Credentials): boolean {
  if (name.length === 0 || name.length > NETWORK_NAME_BYTES_MAX || name.includes(0) || !isUtf8(name)) return false;
  if (passphrase === undefined) return true;
  if (passphrase.length < PASSPHRASE_BYTES_MIN || passphrase.length > PASSPHRASE_BYTES_MAX) return false;
  return passphrase.every((character) => character >= SPACE && character <= TILDE);
}

function isUtf8(name: Bytes): boolean {
  try {
    checkUtf8(name, 0, name.length);
    return true;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return false;
  }
}

/** Reads a name and a passphrase, two items. @returns views
 *  @throws Fault link.shape, cbor.* */
export function readCredentials(reader: Reader): Credentials {
  const name = reader.readView(1, NETWORK_NAME_BYTES_MAX);
  const passphrase = reader.readView(0, PASSPHRASE_BYTES_MAX);
  const credentials = { name, passphrase: passphrase.length === 0 ? undefined : passphrase };
  if (!areCredentials(credentials)) throw new Fault("link.shape");
  return credentials;
}

/** Writes a name and a passphrase, two items; an open network's passphrase is empty. */
export function writeCredentials(writer: Writer, credentials: Credentials): void {
  assert(areCredentials(credentials), "a network has a name of 1..32 bytes and a passphrase of 8..63 characters");
  writer.bytes(credentials.name).bytes(credentials.passphrase ?? NO_BYTES);
}

/** Reads how a board stands to its network. @returns undefined for a board without a radio; the address is a view
 *  @throws Fault link.shape, cbor.* */
export function readNetworkState(reader: Reader): NetworkState | undefined {
  if (reader.take(NONE)) return undefined;
  reader.readArray(2, 2);
  const is = STATES[reader.readUint(STATES.length - 1)];
  const address = reader.readView(0, ADDRESS_BYTES);
  if (address.length !== (is === "joined" ? ADDRESS_BYTES : 0)) throw new Fault("link.shape");
  return is === "joined" ? { is, address } : { is };
}

/** Writes how a board stands to its network. */
export function writeNetworkState(writer: Writer, state: NetworkState | undefined): void {
  if (state === undefined) {
    writer.array(0);
    return;
  }
  const address = state.is === "joined" ? state.address : NO_BYTES;
  assert(state.is !== "joined" || address.length === ADDRESS_BYTES, "an IPv4 address has 4 bytes");
  writer.array(2).uint(STATES.indexOf(state.is)).bytes(address);
}
