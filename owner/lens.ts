// How a person comes to look through a camera: the lock gives a ticket to its owner, or to a guest whose grant allows to view.
// Why: the camera knows neither owners nor grants; every command that reaches it goes by the lock first, and again each minute.
// Follows docs/protocol.md §3.3; docs/protocol.cddl, request 11.

import { setTimeout as sleep } from "node:timers/promises";
import { fromBase64url } from "../firmware/bytes.ts";
import { OPERATION_VIEW } from "../firmware/grant/holder.ts";
import type { Status } from "../firmware/link/status.ts";
import { RIGHT_OWNER, RIGHT_VIEW } from "../firmware/link/witness.ts";
import type { Call, Option } from "./command.ts";
import { refused, refusedGuest } from "./denials.ts";
import { EXIT, Failure } from "./failure.ts";
import { type DoorKey, rememberAddress } from "./keyring.ts";
import type { Keystore } from "./keystore.ts";
import { CAMERA_ADDRESS, type Looking, look } from "./looking.ts";
import { addressOf, asOwner, signerOf } from "./ownership.ts";
import type { OwnedLock } from "./person.ts";
import { type Conversation, converse } from "./wire.ts";

const NONE = 'it has no camera, or does not hear it: "latchkey camera" says which.';
const REASONS = Object.freeze({ target: NONE, unsupported: NONE, camera: NONE });

/** A camera answers the lock at once; one that does not is lost. */
const HEAR_MILLIS = 500;

/** The options of every command that reaches a camera. */
export const LENS_OPTIONS: Readonly<Record<"lock" | "at" | "camera-at", Option>> = Object.freeze({
  lock: { value: "NAME", help: "which lock, where you own several" },
  at: { value: "HOST:PORT", help: "where the lock is reached, or serial:PORT" },
  "camera-at": { value: "HOST:PORT", help: "where its camera is reached" },
});

/** Opens an owner's session with the lock's camera, runs what is to be done, and closes it.
 *  @param act is given what the lock says of itself, too
 *  @throws Failure where the lock has no camera, or it does not answer */
export async function asViewer<Result>(
  call: Call,
  keystore: Keystore,
  lock: OwnedLock,
  act: (looking: Looking, status: Status) => Promise<Result>,
): Promise<Result> {
  return asOwner(call, keystore, lock, async ({ conversation, status }) => {
    const address = call.option("camera-at") ?? lock.cameraAddress ?? CAMERA_ADDRESS;
    const looking = await look({ address, lockId: lock.id }, ticketsOf(conversation, RIGHT_VIEW | RIGHT_OWNER));
    try {
      lock.cameraAddress = address;
      keystore.update();
      return await act(looking, status);
    } finally {
      looking.close();
    }
  });
}

/** Opens a session of a guest, who may see and nothing else. @throws Failure */
export async function asGuestViewer<Result>(
  call: Call,
  keystore: Keystore,
  key: Extract<DoorKey, { kind: "guest" }>,
  act: (looking: Looking) => Promise<Result>,
): Promise<Result> {
  const { lockId, agreementKey, token } = key;
  const address = addressOf(call, key.address);
  const conversation = await converse({ address, agreementKey, lockId });
  try {
    const { sign } = signerOf(keystore.person);
    const prove = () => conversation.prove({ operation: OPERATION_VIEW, by: { leaf: fromBase64url(token) } }, sign);
    let answer = await prove();
    // A lock that has not heard its camera lately asks it then, for whoever tries again.
    if (answer.kind !== "yes") {
      await sleep(HEAR_MILLIS);
      answer = await prove();
    }
    rememberAddress(keystore, { lockId, agreementKey, address });
    if (answer.kind !== "yes") throw refusedGuest(token, OPERATION_VIEW);
    const camera = call.option("camera-at") ?? CAMERA_ADDRESS;
    const looking = await look({ address: camera, lockId }, ticketsOf(conversation, RIGHT_VIEW));
    try {
      return await act(looking);
    } finally {
      looking.close();
    }
  } finally {
    conversation.close();
  }
}

function ticketsOf(conversation: Conversation, rights: number): Parameters<typeof look>[1] {
  return async (viewerKey) => {
    const ask = () => conversation.ask({ kind: "ticket", viewerKey, rights });
    let answer = await ask();
    // A guest's right to see is judged anew each time, and so is whether the camera was heard lately.
    if (answer.kind === "no" && rights === RIGHT_VIEW) {
      await sleep(HEAR_MILLIS);
      answer = await ask();
    }
    if (answer.kind === "ticket") return answer;
    if (answer.kind === "no" && answer.denial !== undefined) throw refused(answer.denial, REASONS);
    throw new Failure(EXIT.REFUSED, "The lock gives no ticket for its camera now: it has none, or it is off.");
  };
}
