// An owner who looks through a camera on the table, with the viewer that the command line has.
// Why: whether somebody who looks is told that the picture is old, only whoever looks can say.

import type { Bytes } from "../firmware/bytes.ts";
import { RIGHT_VIEW } from "../firmware/link/witness.ts";
import { millis } from "../firmware/platform.ts";
import { ViewerLink } from "../owner/viewer.ts";
import type { Desk } from "./desk.ts";
import type { Neighbour } from "./table.ts";
import type { Tripod } from "./tripod.ts";

const CONNECTION = 1;
const TICK_MILLIS = 100;

/** Somebody who looks. */
export class Looker implements Neighbour {
  pictures = 0;
  /** Whether nothing goes between viewer and camera. */
  isJammed = false;
  readonly #desk: Desk;
  readonly #tripod: Tripod;
  readonly #link: ViewerLink;
  #dueAt: number;

  /** Gets a ticket of the lock, and begins to look. @throws Error where the lock gives none */
  constructor(desk: Desk, tripod: Tripod) {
    const { crypto, random, lockId } = desk;
    const secret = new Uint8Array(32);
    random.fill(secret);
    const viewer = { secret, publicKey: crypto.agreementPublicKey(secret) };
    const caller = desk.ownerSession();
    const answer = caller.ask({ kind: "ticket", viewerKey: viewer.publicKey, rights: RIGHT_VIEW });
    caller.leave();
    if (answer?.kind !== "ticket") throw new Error("the lock gives no ticket");
    const { ticket, agreementKey } = answer;
    this.#desk = desk;
    this.#tripod = tripod;
    this.#link = new ViewerLink({
      crypto,
      random,
      lockId,
      viewer,
      ticket: ticket.slice(),
      cameraKey: agreementKey.slice(),
    });
    this.#dueAt = desk.elapsed;
    tripod.viewers.set(CONNECTION, (frame) => this.#hear(frame));
    desk.place(this);
    desk.passMillis(TICK_MILLIS);
    tripod.board.call((camera, now) => camera.viewerConnected(CONNECTION, now));
    this.#send(this.#link.start());
    const asked = this.#link.ask({ kind: "watch" });
    if (asked === undefined) throw new Error("the camera does not answer the handshake");
    this.#send(asked.frame);
  }

  /** Whether the screen says that the picture is old. */
  get isStale(): boolean {
    return this.#link.isStale(millis(this.#desk.elapsed));
  }

  get dueAt(): number {
    return this.#dueAt;
  }

  tick(): void {
    this.#dueAt = this.#desk.elapsed + TICK_MILLIS;
    const ping = this.#link.ping(millis(this.#desk.elapsed));
    if (ping !== undefined) this.#send(ping);
  }

  #send(frame: Bytes): void {
    if (!this.isJammed) this.#tripod.board.call((camera, now) => camera.viewerReceived(CONNECTION, frame, now));
  }

  #hear(frame: Bytes): void {
    if (this.isJammed) return;
    const event = this.#link.received(frame, millis(this.#desk.elapsed));
    if (event.kind === "picture") this.pictures += 1;
  }
}
