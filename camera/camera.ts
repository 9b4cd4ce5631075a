// The camera: from the lock's ask to a sealed heartbeat, and from the sensor's frames to clips and to viewers.
// Why: it stands inside, sees everything, and may be carried away; so it decides nothing, opens nothing, keeps only what is
// sealed for its owners, and looks only when the lock that it belongs to asks it to, with its light on.
// Follows docs/protocol.md §3.3 and §9. It knows no lock module.

import type { Bytes } from "../firmware/bytes.ts";
import { selfTest } from "../firmware/crypto/selftest.ts";
import { Fault } from "../firmware/fault.ts";
import { type Identity, openIdentity } from "../firmware/identity.ts";
import type { PairedLock } from "../firmware/link/introduction.ts";
import { Pairing } from "../firmware/link/pairing.ts";
import type { Ask } from "../firmware/link/witness.ts";
import { type Millis, millis } from "../firmware/platform.ts";
import { ROLE_CAMERA } from "../firmware/role.ts";
import { CaseContact } from "./contact.ts";
import { OwnerDesk } from "./desk.ts";
import { Duty } from "./duty.ts";
import { VERDICTS } from "./eye.ts";
import { accountOf, type HomeRequest, Homes, type HomeVerdict } from "./homes.ts";
import { CameraLink } from "./link.ts";
import type { CameraOptions, CameraPlatform, CameraSnapshot } from "./options.ts";
import { Provision } from "./provision.ts";
import { PICTURE_BYTES_MAX } from "./recording.ts";
import { Settings } from "./settings.ts";
import { Viewers } from "./viewers.ts";

/** What stands only while the camera has a lock. */
interface Post {
  readonly link: CameraLink;
  readonly duty: Duty;
  readonly viewers: Viewers;
  readonly homes: Homes;
}

/** One camera. */
export class Camera {
  readonly #platform: CameraPlatform;
  readonly #options: CameraOptions;
  readonly #identity: Identity;
  readonly #pairing: Pairing;
  readonly #settings: Settings;
  readonly #provision: Provision;
  #post: Post | undefined;
  readonly #contact: CaseContact;
  #now: Millis;

  /** Boots: the sensor is off, whatever was; tests the primitives, and finds its keys and its lock.
   *  @throws Fault crypto.selftest, crypto.key, flash.io: the board must not run then */
  constructor(platform: CameraPlatform, options: CameraOptions, now: Millis) {
    const { crypto, random, constants, rail, lamp, filter } = platform;
    rail.supply.write(false);
    lamp.write(false);
    filter.write(false);
    selfTest(crypto);
    this.#platform = platform;
    this.#options = options;
    this.#identity = openIdentity(crypto, constants, random);
    this.#pairing = new Pairing({ crypto, constants, identity: this.#identity, role: ROLE_CAMERA }, now);
    this.#settings = new Settings(constants);
    this.#provision = new Provision(platform, now);
    this.#contact = new CaseContact(this.#pairing.hasOpened, now);
    this.#now = now;
    const { lock } = this.#pairing;
    if (lock !== undefined) this.#join(lock, now);
  }

  /** Ed25519, 32 bytes. */
  get signingKey(): Bytes {
    return this.#identity.signingKey;
  }

  /** X25519, 32 bytes. */
  get agreementKey(): Bytes {
    return this.#identity.agreementKey;
  }

  /** Whether an owner offers the picture to the house's own machines. */
  get isOffered(): boolean {
    return this.#post?.homes.isOpen === true;
  }

  /** Whether the sensor has power, and current flows through the light. */
  get isOn(): boolean {
    return this.#post?.duty.isOn === true;
  }

  get snapshot(): CameraSnapshot {
    const { link, duty, viewers, homes } = this.#post ?? {};
    return {
      isPaired: this.#pairing.lock !== undefined,
      isUp: link?.isUp === true,
      isCaseOpen: this.#contact.isOpen,
      isOn: this.isOn,
      isNight: duty?.watch.isNight === true,
      verdict: duty?.watch.verdict ?? "unproven",
      alarm: duty?.watch.alarm,
      isRecording: duty?.isRecording === true,
      canRecord: duty?.canRecord === true,
      viewers: viewers?.count ?? 0,
      isStreamOn: homes?.isOpen === true,
      clips: duty?.shelf.clips.length ?? 0,
    };
  }

  /** Takes one frame of the wire to the lock. Total: no bytes make it throw. */
  lockReceived(frame: Bytes, now: Millis): void {
    this.#now = now;
    const post = this.#post;
    if (post === undefined) {
      this.#takeLock(frame, now);
      return;
    }
    const word = post.link.received(frame, now);
    if (post.link.count > 0 && !this.#pairing.proved(now)) this.#part(post);
    if (word?.kind === "ask") this.#answer(post, word.ask, now);
    else if (word?.kind === "ticket") post.viewers.admit(word.ticket, now);
  }

  /** Takes one file of the sensor. Total: no bytes make it throw; without power, light and a number it is not looked at.
   *  @param jpeg not kept */
  frame(jpeg: Uint8Array, now: Millis): void {
    this.#now = now;
    const post = this.#post;
    const numbered = post?.duty.frame(jpeg, now);
    if (post === undefined || numbered === undefined) return;
    const { seq, ms, verdict } = numbered;
    const { isRecording, watch } = post.duty;
    const shown = { frame: seq, ms, verdict: VERDICTS.indexOf(verdict), isRecording, isInfrared: watch.isNight };
    if (jpeg.length > PICTURE_BYTES_MAX) return;
    post.viewers.show(shown, jpeg, now);
    if (post.homes.isOpen) this.#platform.audience?.show(jpeg);
  }

  /** Judges what one of the house's own machines asks. Total. To be welcome switches nothing on. */
  judgeHome(request: HomeRequest, now: Millis): HomeVerdict {
    this.#now = now;
    return this.#post?.homes.judge(request, now) ?? { kind: "absent" };
  }

  /** Hears that a viewer connected. @param connection never given twice while the camera is up */
  viewerConnected(connection: number, now: Millis): void {
    this.#now = now;
    if (this.#post === undefined) this.#platform.carrier.close(connection);
    else this.#post.viewers.connected(connection, now);
  }

  /** Takes one whole frame of a viewer. Total: no bytes make it throw. */
  viewerReceived(connection: number, frame: Bytes, now: Millis): void {
    this.#now = now;
    this.#post?.viewers.received(connection, frame, now);
  }

  /** Hears that a viewer is gone. */
  viewerDisconnected(connection: number, now: Millis): void {
    this.#now = now;
    this.#post?.viewers.disconnected(connection);
  }

  /** Takes one frame of the cable in its case: the house's network, while the case is open. Total: no bytes make it throw.
   *  @param frame a copy, which is wiped */
  cableReceived(frame: Bytes, now: Millis): void {
    this.#now = now;
    this.#provision.received(frame, this.#contact.isOpen, now);
  }

  /** Takes the contact of the case. */
  caseChanged(isOpen: boolean, now: Millis): void {
    this.#now = now;
    this.#contact.changed(isOpen, now);
    if (isOpen) this.#post?.link.hurry(now);
  }

  /** Takes the button inside of the case: with the case open, the camera forgets its lock, its network, for whom clips were
   *  sealed, and what its owner approved. What is on the card stays, sealed. */
  forgetPressed(now: Millis): void {
    this.#now = now;
    const post = this.#post;
    if (!this.#contact.isOpen || !this.#tryForget(() => this.#provision.forget()) || post === undefined) return;
    post.duty.close();
    post.homes.change(undefined);
    this.#platform.audience?.dismiss();
    const isForgotten = this.#tryForget(() => {
      this.#settings.forget();
      this.#pairing.forget(now);
    });
    if (!isForgotten) return;
    this.#part(post);
    this.#contact.forgotten();
  }

  /** Does what is due. */
  tick(now: Millis): void {
    this.#now = now;
    const post = this.#post;
    if (post !== undefined) {
      post.link.tick(now);
      post.duty.tick(now);
      post.viewers.tick(now);
      if (this.#pairing.tick(now)) this.#part(post);
      return;
    }
    const offer = this.#pairing.offer(now);
    if (offer !== undefined) this.#platform.wire.send(offer);
  }

  /** The uptime by which `tick` must be called. */
  get nextTick(): Millis {
    const post = this.#post;
    const times = post === undefined ? [] : [post.link.nextTick, post.duty.nextTick];
    for (const at of [post?.viewers.nextTick, this.#pairing.nextTick]) if (at !== undefined) times.push(at);
    return millis(Math.max(Math.min(...times), this.#now));
  }

  /** @returns false where flash keeps what it has: the lock stays, and asks again */
  #tryForget(forget: () => void): boolean {
    try {
      forget();
      return true;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return false;
    }
  }

  /** Heeds an ask, and answers it at once. */
  #answer({ link, duty }: Post, ask: Ask, now: Millis): void {
    if (this.#contact.asked(link.count, now)) this.#told();
    duty.heed(ask, now);
    link.answer(duty.beat(ask.nonce, this.#contact.isTold, now), now);
  }

  /** The lock has heard that the case was open. */
  #told(): void {
    try {
      this.#pairing.told();
    } catch (fault) {
      // It is told once more after the next start: rather twice than never.
      if (!(fault instanceof Fault)) throw fault;
    }
  }

  #join(lock: PairedLock, now: Millis): void {
    const { crypto, random, wire } = this.#platform;
    const identity = this.#identity;
    const link = new CameraLink({ crypto, random, wire, identity, lock }, now);
    const [platform, options, settings, { lockId }] = [this.#platform, this.#options, this.#settings, lock];
    const duty = new Duty({ platform, options, identity, lockId, settings }, now);
    const homes = new Homes({ crypto, random }, accountOf(settings.streamSecret), now);
    const desk = new OwnerDesk({ platform, duty, homes, isCaseOpen: () => this.#contact.isOpen });
    const viewers = new Viewers({ crypto, random, carrier: platform.carrier, identity, lockId }, desk, now);
    this.#post = { link, duty, viewers, homes };
  }

  /** A camera without a lock takes the first that answers its offer. */
  #takeLock(frame: Bytes, now: Millis): void {
    try {
      this.#join(this.#pairing.take(frame, now), now);
    } catch (fault) {
      // Not an answer: there is no lock yet, and the offer goes on.
      if (!(fault instanceof Fault)) throw fault;
    }
  }

  /** Has no lock any more. */
  #part(post: Post): void {
    post.duty.close();
    post.link.close();
    post.viewers.close();
    this.#post = undefined;
  }
}
