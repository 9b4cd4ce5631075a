// `latchkey open` and `latchkey lock`: moves the bolt, as a guest with a grant or as the owner.
// Why: both say one thing to the lock and then listen to what the door does.
// Follows docs/protocol.md §2.2 and §2.3 (kind 8); the reasons for a no are made from the grant itself.

import { setTimeout as sleep } from "node:timers/promises";
import { type Bytes, fromBase64url } from "../../firmware/bytes.ts";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import { OPERATION_LOCK, OPERATION_UNLATCH, OPERATION_UNLOCK } from "../../firmware/grant/holder.ts";
import type { NoticeEvent } from "../../firmware/link/message.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { readAllowance } from "../allowance.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { refusedGuest } from "../denials.ts";
import { EXIT, Failure } from "../failure.ts";
import { chooseKey, type DoorKey, rememberAddress } from "../keyring.ts";
import { isUnwritable, type Keystore } from "../keystore.ts";
import { sayMoment } from "../moment.ts";
import { addressOf, asOwner, declare, signerOf } from "../ownership.ts";
import { keepReceipt, type ReceiptCase, sayKept } from "../receipts.ts";
import { ownZone } from "../timezone.ts";
import { type Conversation, converse } from "../wire.ts";

const WAIT_SECONDS = 8;
/** How often, and how many times more, a guest proves while the camera looks: the lock waits for it for 15 s. */
const KNOCK_MILLIS = 1_000;
const KNOCKS_MAX = 15;
const WAIT_SECONDS_MAX = 600;
/** A lock ends the session of an owner who asks nothing for two minutes. */
const ASK_MILLIS = 60_000;

const NOTICES: Readonly<Record<NoticeEvent, string>> = Object.freeze({
  unlocked: "The bolt is back: go in.",
  opened: "The door is open.",
  closed: "The door is closed.",
  locked: "The door is locked again.",
  jammed: "The bolt is jammed: pull or push the door, and try again.",
  aborted: "The camera fails: the lock throws its bolt.",
  bell: "Somebody rings.",
  duress: "Somebody opens under duress.",
  alarm: "The lock sounds its alarm: see `latchkey log`.",
});
/** The same, said to whoever locks. */
const LOCK_NOTICES: Partial<typeof NOTICES> = Object.freeze({
  unlocked: "The bolt is back.",
  locked: "The door is locked.",
});
const LAST: readonly NoticeEvent[] = Object.freeze(["locked", "jammed"]);
/** After these nobody has come or gone as was asked. */
const UNDONE: readonly NoticeEvent[] = Object.freeze(["jammed", "aborted"]);

const OPTIONS = Object.freeze({
  lock: { value: "NAME", help: "which door, where you have several" },
  grant: { value: "TEXT|FILE", help: "an invitation that was not accepted before" },
  at: { value: "HOST:PORT", help: "where the lock is reached, or serial:PORT" },
  wait: {
    value: "SECONDS",
    help: `how long to listen to the door afterwards, 0 to ${WAIT_SECONDS_MAX} (${WAIT_SECONDS})`,
  },
});

/** The command `open`. */
export const open: Command = {
  name: "open",
  summary: "Open a door, with an invitation or as its owner",
  positionals: [],
  options: { ...OPTIONS, unlatch: { help: "draw the latch too, for a door with a knob outside" } },
  help: [
    "With one lock or one invitation nothing more is needed. The lock gives strangers no reason for a no;",
    "the likely ones are told from the grant. Where you hold several invitations to a door, the next is tried after a no.",
  ],
  examples: ["open", "open --lock home --unlatch", "open --grant invitation.txt --at 192.168.1.20"],
  run: (call) => act(call, call.has("unlatch") ? OPERATION_UNLATCH : OPERATION_UNLOCK),
};

/** The command `lock`. */
export const lock: Command = {
  name: "lock",
  summary: "Throw the bolt, with an invitation or as the owner",
  positionals: [],
  options: OPTIONS,
  help: ["The bolt is thrown only onto a closed door."],
  examples: ["lock", "lock --lock home"],
  run: (call) => act(call, OPERATION_LOCK),
};

type GuestKey = Extract<DoorKey, { kind: "guest" }>;
type Operation = typeof OPERATION_UNLOCK | typeof OPERATION_LOCK | typeof OPERATION_UNLATCH;

async function act(call: Call, operation: Operation): Promise<Outcome> {
  const seconds = call.number("wait", 0, WAIT_SECONDS_MAX) ?? WAIT_SECONDS;
  const keystore = await call.openKeystore();
  // Nobody stays before the door since a disk is full.
  keystore.goOnUnnoted((sentence) => call.terminal.warn(sentence));
  const key = chooseKey(call, keystore);
  const by = receiptCase(keystore, key);
  const listen = (conversation: Conversation) => hear(call, conversation, { operation, seconds, keystore, by });
  const { events, link } =
    key.kind === "owner"
      ? await asOwner(call, keystore, key.lock, async (session) => {
          await declare(keystore, key.lock, session, { kind: KIND_ACT, operation });
          return { events: await listen(session.conversation), link: null };
        })
      : await actAsGuest(call, keystore, { key, operation, listen });
  const isDone = !events.some((event) => UNDONE.includes(event));
  const json = { as: key.kind, lockId: key.lockId, grant: link, events };
  return { exit: isDone ? EXIT.OK : EXIT.REFUSED, json };
}

/** What a guest asks of the door, and by which invitation. */
interface Asked {
  readonly key: GuestKey;
  readonly operation: Operation;
  readonly listen: (conversation: Conversation) => Promise<NoticeEvent[]>;
}

/** Asks by one invitation, and by the others where it is refused: the phone does not know which of them were taken back.
 *  @throws Failure where none opens */
async function actAsGuest(
  call: Call,
  keystore: Keystore,
  asked: Asked,
): Promise<{ readonly events: NoticeEvent[]; readonly link: string }> {
  const { key, operation } = asked;
  let former: string | undefined;
  for (const invitation of [key, ...key.others]) {
    const { link, token } = invitation;
    if (former !== undefined) {
      const until = sayMoment(parseZone(ownZone().rule), readAllowance(fromBase64url(token)).until);
      call.terminal.say(`The lock said no to your invitation ${former}: asking by ${link}, until ${until}.`);
    }
    const events = await askBy(call, keystore, { ...asked, key: { ...key, ...invitation } });
    if (events !== undefined) return { events, link };
    former = link;
  }
  throw refusedGuest(key.token, operation, key.others.length);
}

/** Asks by one invitation. @returns undefined where the lock says no @throws Failure */
async function askBy(call: Call, keystore: Keystore, asked: Asked): Promise<NoticeEvent[] | undefined> {
  const { key, operation, listen } = asked;
  const leaf = fromBase64url(key.token);
  const { sign } = signerOf(keystore.person);
  const address = addressOf(call, key.address);
  const conversation = await converse({ address, agreementKey: key.agreementKey, lockId: key.lockId });
  try {
    const prove = async () => (await conversation.prove({ operation, by: { leaf } }, sign)).kind === "yes";
    let isOpen = await prove();
    // The lock says no for now, and has its camera look: whoever is waited for proves again each second.
    if (!isOpen && operation !== OPERATION_LOCK && isWitnessed(key.token)) {
      call.terminal.say("The camera has to see who comes: stand before the door, with the lens free...");
      isOpen = await knock(conversation, prove);
    }
    rememberAddress(keystore, { lockId: key.lockId, agreementKey: key.agreementKey, address });
    return isOpen ? await listen(conversation) : undefined;
  } finally {
    conversation.close();
  }
}

/** Proves again until the camera has seen who comes. @returns whether the lock said yes @throws Failure */
async function knock(conversation: Conversation, prove: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < KNOCKS_MAX; tries++) {
    await sleep(KNOCK_MILLIS);
    try {
      if (await prove()) return true;
    } catch (error) {
      // A lock keeps nobody whom it refuses for another reason than its camera, so its end after a no says no once more.
      if (!(error instanceof Failure) || !conversation.isOver) throw error;
      return false;
    }
  }
  return false;
}

/** Whether a grant opens only before a camera. */
function isWitnessed(token: string): boolean {
  return readAllowance(fromBase64url(token)).grants.some(({ cameraRule }) => cameraRule > 0);
}

/** Tells what the door does until the visit is over or the time is. */
async function hear(
  call: Call,
  conversation: Conversation,
  at: {
    readonly operation: Operation;
    readonly seconds: number;
    readonly keystore: Keystore;
    readonly by: ReceiptCase;
  },
): Promise<NoticeEvent[]> {
  const { operation, seconds } = at;
  call.terminal.say(operation === OPERATION_LOCK ? "Yes: the lock throws its bolt." : "Yes: the lock opens.");
  const deadline = performance.now() + seconds * 1_000;
  const events: NoticeEvent[] = [];
  for (let left = deadline - performance.now(); left > 0; left = deadline - performance.now()) {
    const notice = await conversation.notice(Math.min(left, ASK_MILLIS));
    if (notice === undefined && conversation.isOver) {
      call.terminal.say("The lock has ended the conversation: what the door does from here on is not heard.");
      return events;
    }
    if (notice === undefined) {
      if (at.by.holder === undefined && left > ASK_MILLIS) await stay(conversation);
      continue;
    }
    events.push(notice.event);
    const said = operation === OPERATION_LOCK ? LOCK_NOTICES[notice.event] : undefined;
    call.terminal.say(said ?? NOTICES[notice.event]);
    if (notice.receipt !== undefined) keep(call, notice.receipt.slice(), at);
    if (LAST.includes(notice.event)) return events;
  }
  if (seconds > 0) call.terminal.say(sayUnfinished(operation, events, seconds));
  return events;
}

/** Asks for anything, so that the lock goes on talking to its owner. @throws Failure where it is silent */
async function stay(conversation: Conversation): Promise<void> {
  try {
    await conversation.ask({ kind: "status" });
  } catch (error) {
    if (!(error instanceof Failure) || !conversation.isOver) throw error;
  }
}

/** By what a receipt is judged: an owner has the lock's key, a guest may have it where he owns the lock too. */
function receiptCase({ person }: Keystore, key: DoorKey): ReceiptCase {
  const owned = person.locks.find(({ id }) => id === key.lockId);
  const lockKey = owned === undefined ? undefined : fromBase64url(owned.signingKey);
  return { lockId: key.lockId, lockKey, holder: key.kind === "owner" ? undefined : signerOf(person).kid };
}

/** Keeps what the lock signed about the visit. A door that is locked is locked, whatever comes of the receipt. */
function keep(
  call: Call,
  message: Bytes,
  { keystore, by }: { readonly keystore: Keystore; readonly by: ReceiptCase },
): void {
  let receipt: ReturnType<typeof keepReceipt>;
  try {
    receipt = keepReceipt(keystore, message, by);
  } catch (error) {
    if (isUnwritable(error))
      call.terminal.warn(
        "The receipt of your visit cannot be kept: the keys' folder cannot be written, or its disk is full.",
      );
    else if (error instanceof Failure) call.terminal.warn(`The receipt of your visit is not kept: ${error.message}`);
    else throw error;
    return;
  }
  if (receipt === undefined)
    call.terminal.warn(
      "The lock sent a receipt that does not hold, or is somebody else's: it was not kept. Tell the owner.",
    );
  else for (const line of sayKept(receipt)) call.terminal.say(line);
}

/** What to know where the door is not locked again when the listening ends. */
function sayUnfinished(operation: Operation, events: readonly NoticeEvent[], seconds: number): string {
  if (events.at(-1) === "opened") return "The door still stands open: pull it shut when you leave.";
  if (operation === OPERATION_LOCK)
    return `Nothing more in ${seconds} s: the door was locked before, stands open, or somebody is leaving.`;
  return `Nothing more in ${seconds} s. The door locks itself, unless its owner has set it otherwise.`;
}
