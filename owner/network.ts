// What a person says of a network: its name on the command line, its passphrase without echo.
// Why: the lock and the camera are told the same two things, and the same mistakes are made with both.
// Follows IEEE 802.11: an SSID of 1..32 bytes, a WPA passphrase of 8..63 printable characters of ASCII.

import type { Bytes } from "../firmware/bytes.ts";
import {
  areCredentials,
  NETWORK_NAME_BYTES_MAX,
  PASSPHRASE_BYTES_MAX,
  PASSPHRASE_BYTES_MIN,
} from "../firmware/link/network.ts";
import type { Credentials } from "../firmware/platform.ts";
import type { Call, Option } from "./command.ts";
import { usage } from "./failure.ts";

/** The option of whoever asks for one. */
export const NETWORK_OPTIONS: Readonly<Record<"open", Option>> = Object.freeze({
  open: { help: "the network has no passphrase" },
});

/** Gives the passphrase where there is nobody to ask. */
export const WIFI_VARIABLE = "LATCHKEY_WIFI_PASSPHRASE";

/** So often it is asked for in a terminal. */
const ASKS_MAX = 3;
const QUESTION = `Passphrase of the network (${PASSPHRASE_BYTES_MIN} to ${PASSPHRASE_BYTES_MAX} characters): `;
const BOUNDS = `A passphrase of Wi-Fi has ${PASSPHRASE_BYTES_MIN} to ${PASSPHRASE_BYTES_MAX} letters, digits and signs of ASCII; without any, say --open.`;

/** Reads the name of a network. @throws Failure, also where --open contradicts a passphrase in the environment */
export function readNetworkName(call: Call, ssid: string): Bytes {
  const name = encoded(ssid);
  if (!areCredentials({ name, passphrase: undefined })) {
    throw usage(`The name of a network has 1 to ${NETWORK_NAME_BYTES_MAX} bytes; this one has ${name.length}.`);
  }
  if (call.has("open") && (process.env[WIFI_VARIABLE] ?? "") !== "") {
    throw usage(
      `${WIFI_VARIABLE} is set, and --open says that the network has none: nothing was sent; unset the one, or leave out the other.`,
    );
  }
  return name;
}

/** Gives the network of that name with its passphrase, which is asked for unless --open says that it has none.
 *  @param name as `readNetworkName` gives it @throws Failure */
export async function askNetwork(call: Call, name: Bytes): Promise<Credentials> {
  if (call.has("open")) return { name, passphrase: undefined };
  const given = process.env[WIFI_VARIABLE];
  for (let left = given === undefined ? ASKS_MAX : 1; ; left--) {
    const passphrase = encoded(given ?? (await call.terminal.askSecret(QUESTION, WIFI_VARIABLE)));
    if (areCredentials({ name, passphrase })) return { name, passphrase };
    if (left === 1) throw usage(BOUNDS);
    call.terminal.warn(BOUNDS);
  }
}

function encoded(text: string): Bytes {
  return new Uint8Array(new TextEncoder().encode(text));
}
