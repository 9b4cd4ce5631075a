// `latchkey watch`: the live picture, in a browser on this computer or as a stream for a player, with how old it may be.
// Why: whoever looks wants to know what is, not what was; so what is older than two seconds is called stale, whatever is on the screen.
// Follows docs/protocol.md §9.1.

import { setTimeout as sleep } from "node:timers/promises";
import type { Status } from "../../firmware/link/status.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { VERDICTS } from "../footage.ts";
import { chooseKey } from "../keyring.ts";
import { asGuestViewer, asViewer, LENS_OPTIONS } from "../lens.ts";
import type { Looking } from "../looking.ts";
import { printable } from "../terminal.ts";
import { explainOff } from "../watch/off.ts";
import { Window } from "../watch/serve.ts";

const SECONDS_MAX = 86_400;
const STALE_LOOK_MILLIS = 250;

/** The command `watch`. */
export const watch: Command = {
  name: "watch",
  summary: "Look through the camera now, in a browser or a player",
  positionals: [],
  options: {
    ...LENS_OPTIONS,
    grant: { value: "TEXT|FILE", help: "an invitation that was not accepted before" },
    port: { value: "N", help: "the port of the page on this computer (any that is free)" },
    stdout: { help: "write the pictures to standard output instead, as Motion JPEG" },
    for: { value: "SECONDS", help: "look for so long, and end (until it is stopped)" },
  },
  help: [
    "Prints the address of a page that shows the picture, how old it may be, and what the camera judges it to be. Nobody else",
    "is let in there: it is on this computer alone, behind a word that is new each time. Over a picture of more than two",
    "seconds stands STALE, also where this command is stopped. The camera looks while somebody comes and goes, or always",
    "(camera mode); while it is off that is said. A guest sees while their grant allows to view.",
    "--stdout is for players, which know no age and show the last picture on: STALE is said on standard error. A view that",
    "ends before you end it has exit code 3.",
  ],
  examples: ["watch", "watch --stdout | ffplay -f mjpeg -"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const isPiped = call.has("stdout");
  const port = call.number("port", 1, 65_535);
  const seconds = call.number("for", 1, SECONDS_MAX);
  if (isPiped && (call.isJson || port !== undefined)) throw usage("--stdout goes with neither --json nor --port.");
  if (isPiped && call.terminal.isScreen)
    throw usage('Pictures are no text for a terminal: "latchkey watch --stdout | ffplay -f mjpeg -".');
  const keystore = await call.openKeystore();
  // Nobody is kept from looking since a disk is full.
  keystore.goOnUnnoted((sentence) => call.terminal.warn(sentence));
  const key = chooseKey(call, keystore);
  const name = key.kind === "owner" ? key.lock.name : key.lockId;
  const show = (looking: Looking, status?: Status) => {
    const of = { port: port ?? 0, seconds, title: printable(name), status };
    return isPiped ? pipe(call, looking, of) : serve(call, looking, of);
  };
  const { pictures, address } =
    key.kind === "owner"
      ? await asViewer(call, keystore, key.lock, show)
      : await asGuestViewer(call, keystore, key, show);
  return { exit: EXIT.OK, json: { lockId: key.lockId, pictures, address: address ?? null } };
}

interface Shown {
  readonly port: number;
  readonly seconds: number | undefined;
  readonly title: string;
  /** What the lock says of itself; undefined for a guest. */
  readonly status: Status | undefined;
}

/** What was seen. */
interface Seen {
  readonly pictures: number;
  /** Of the page; undefined where there was none. */
  readonly address: string | undefined;
}

/** Shows pictures in a page until the time is over. @throws Failure where the session ends before */
async function serve(call: Call, looking: Looking, { port, seconds, title, status }: Shown): Promise<Seen> {
  const window = new Window(title);
  let pictures = 0;
  let address: string | undefined;
  let off: { close(): void } | undefined;
  try {
    address = await window.open(port);
    await looking.watch(({ head, jpeg, notBefore }) => {
      pictures += 1;
      window.show({ head, jpeg, notBefore });
    });
    const sentence = `Open in a browser on this computer: ${address}`;
    // The object comes when nobody can look any more.
    if (call.isJson) call.terminal.warn(sentence);
    else call.terminal.say(sentence);
    off = explainOff(looking, status, (reason) => {
      window.explain(reason);
      if (reason !== "") call.terminal.warn(reason);
    });
    await until(looking, seconds);
  } finally {
    off?.close();
    window.close();
  }
  return { pictures, address };
}

/** Writes pictures to standard output, until its reader is gone or the time is over; one that is slow is not waited for.
 *  @throws Failure where the session ends before */
async function pipe(call: Call, looking: Looking, { seconds, status }: Shown): Promise<Seen> {
  let pictures = 0;
  let isFull = false;
  let isGone = false;
  const { stdout } = process;
  stdout.on("drain", () => {
    isFull = false;
  });
  stdout.on("error", () => {
    isGone = true;
    looking.close();
  });
  let verdict = -1;
  await looking.watch(({ head, jpeg }) => {
    if (isGone || isFull) return;
    pictures += 1;
    isFull = !stdout.write(jpeg);
    if (head.verdict !== verdict) call.terminal.warn(`The camera sees ${VERDICTS[head.verdict] ?? head.verdict}.`);
    verdict = head.verdict;
  });
  let wasStale = true;
  const timer = setInterval(() => {
    if (looking.isStale && !wasStale) call.terminal.warn("STALE: what is shown is more than two seconds old.");
    wasStale = looking.isStale;
  }, STALE_LOOK_MILLIS);
  const off = explainOff(looking, status, (reason) => {
    if (reason !== "") call.terminal.warn(reason);
  });
  try {
    await until(looking, seconds);
  } catch (error) {
    if (!isGone) throw error;
  } finally {
    off.close();
    clearInterval(timer);
  }
  return { pictures, address: undefined };
}

/** Waits until the time is over. @throws Failure where the session ends before, as anybody on its way can have it: a player shows its last
 *  picture on, and looks as if nothing were */
async function until(looking: Looking, seconds: number | undefined): Promise<void> {
  const over = looking.over().then(() => true);
  // An unended timer would keep the whole process waiting for it.
  const isOver = await (seconds === undefined
    ? over
    : Promise.race([over, sleep(seconds * 1_000, false, { ref: false })]));
  if (isOver)
    throw new Failure(
      EXIT.UNREACHABLE,
      "STALE: the camera, or the lock, ended it, or the way to it did. What is shown is the last picture: run the command again.",
    );
}
