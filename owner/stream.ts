// `latchkey camera stream`: lets the house's own machines have the camera's picture for a password, or no more.
// Why: home systems speak HTTP and nothing better; whoever opens that way must be told what it gives up before it is open.
// Follows docs/protocol.md §9.1. The password stays on this computer: the camera is given a digest of it.

import { crypto } from "#crypto";
import { secretOf, USER } from "../firmware/link/password.ts";
import type { Call, Outcome } from "./command.ts";
import { EXIT, Failure, usage } from "./failure.ts";
import { asViewer } from "./lens.ts";
import { CAMERA_ADDRESS } from "./looking.ts";
import { parseAddress } from "./wire.ts";

const VARIABLE = "LATCHKEY_STREAM_PASSWORD";
/** Whoever hears one answer can try passwords at home, as fast as he computes SHA-256. */
const PASSWORD_CHARACTERS_MIN = 14;
const PASSWORD_CHARACTERS_MAX = 64;
const PATHS = Object.freeze(["/snapshot.jpg", "/stream.mjpeg"]);
const WARNING = Object.freeze([
  'This gives up what "latchkey watch" and the films hold:',
  "  no age: nothing says how old the picture is, or that it moves on;",
  "  no proof: nothing says that it is this camera's, or that nobody changed it on its way;",
  "  no encryption from end to end: whoever is in the same network sees it too, and can try passwords against what he hears.",
  "Whoever has the password sees, whenever the camera has power; no grant ends that, and nothing is written down of who looked.",
  "The lock goes by none of it.",
]);

/** Switches it on or off. @throws Failure */
export async function runStream(call: Call): Promise<Outcome> {
  const [word] = call.positionals;
  if (word !== "on" && word !== "off") throw usage('Say "camera stream on" or "camera stream off".');
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const isOn = word === "on";
  const secret = isOn ? secretOf(crypto, { password: await askPassword(call) }) : undefined;
  await asViewer(call, keystore, lock, async (looking) => {
    const answer = await looking.ask({ kind: "stream", secret });
    if (answer.kind !== "yes")
      throw new Failure(EXIT.REFUSED, "The camera did not take it: nothing changed. Try again.");
  });
  if (secret === undefined) {
    call.terminal.say("Off: the camera answers no other machine. Whoever looked on by the password is cut off.");
    return { exit: EXIT.OK, json: { lockId: lock.id, isOn } };
  }
  crypto.wipe(secret);
  const { host, port } = parseAddress(lock.cameraAddress ?? CAMERA_ADDRESS);
  const addresses = PATHS.map((path) => `http://${host.includes(":") ? `[${host}]` : host}:${port + 1}${path}`);
  call.terminal.say(`On, for the user "${USER}" with that password (digest authentication, SHA-256):`);
  for (const address of addresses) call.terminal.say(`  ${address}`);
  call.terminal.say("To ask there switches nothing on: while the sensor has no power there is no picture (503).");
  return { exit: EXIT.OK, json: { lockId: lock.id, isOn, user: USER, addresses } };
}

/** Says what it gives up, and then asks. @throws Failure */
async function askPassword(call: Call): Promise<string> {
  for (const line of WARNING) call.terminal.warn(line);
  const given = process.env[VARIABLE];
  const password = given ?? (await call.terminal.askSecret("Choose a password: ", VARIABLE));
  if (!/^[\x20-\x7e]*$/.test(password) || password.length > PASSWORD_CHARACTERS_MAX)
    throw usage(`A password here has at most ${PASSWORD_CHARACTERS_MAX} letters, digits and signs of ASCII.`);
  if (password.length < PASSWORD_CHARACTERS_MIN)
    throw usage(
      `That is too short: whoever hears it used can try millions a second. Take ${PASSWORD_CHARACTERS_MIN} characters or more, at random.`,
    );
  if (given === undefined && (await call.terminal.askSecret("Type it again: ", VARIABLE)) !== password)
    throw usage("The two passwords differ: nothing changed.");
  return password;
}
