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
import type { Call } from "./command.ts";
import { usage } from "./failure.ts";

/** Gives the passphrase where there is nobody to ask. */
export const WIFI_VARIABLE = "LATCHKEY_WIFI_PASSPHRASE";

/** Gives the network of that name with its passphrase, which is asked for unless --open says that it has none.
 *  @throws Failure */
export async function askNetwork(call: Call, ssid: string): Promise<Credentials> {
  const name = encoded(ssid);
  if (!areCredentials({ name, passphrase: undefined })) {
    throw usage(`The name of a network has 1 to ${NETWORK_NAME_BYTES_MAX} bytes; this one has ${name.length}.`);
  }
  if (call.has("open")) return { name, passphrase: undefined };
  const text =
    process.env[WIFI_VARIABLE] ?? (await call.terminal.askSecret("Passphrase of the network: ", WIFI_VARIABLE));
  const passphrase = encoded(text);
  if (!areCredentials({ name, passphrase })) {
    throw usage(
      `A passphrase of Wi-Fi has ${PASSPHRASE_BYTES_MIN} to ${PASSPHRASE_BYTES_MAX} letters, digits and signs of ASCII; without any, say --open.`,
    );
  }
  return { name, passphrase };
}

function encoded(text: string): Bytes {
  return new Uint8Array(new TextEncoder().encode(text));
}
