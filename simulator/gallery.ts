// Somebody who looks through a camera for as long as it films, with a ticket that the lock renews; and what was sent to him.
// Why: pictures that are shown must cost a camera nothing for long, and whoever looks by right must go on seeing, whatever others send.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { RIGHT_VIEW } from "../firmware/link/witness.ts";
import type { Carrier } from "../firmware/platform.ts";
import { ViewerLink } from "../owner/viewer.ts";
import type { Lookout } from "./lookout.ts";
import { Stream } from "./random.ts";

/** The connection of whoever looks on. */
export const CONNECTION = 1;

const TICKET_SECONDS = 60;
/** He asks the lock again before the minute is over, at a look a second. */
const RENEWAL_LOOKS = 50;

/** The viewer. */
export class Gallery implements Carrier {
  /** Pictures that were seen. */
  pictures = 0;
  #looks = 0;
  readonly #random = new Stream(1, "gallery");
  #link: ViewerLink | undefined;
  #viewerKey: Bytes = new Uint8Array(0);
  #frames: Bytes[] = [];

  send(_connection: number, frame: Bytes): void {
    this.#frames.push(frame);
  }

  close(): void {}

  /** Takes what the camera sent, and asks for the next picture. */
  look(lookout: Lookout, crypto: Crypto): void {
    this.#looks += 1;
    const { camera, now } = lookout;
    if (this.#link === undefined) this.#link = this.#come(lookout, crypto);
    else if (this.#looks % RENEWAL_LOOKS === 0) lookout.admit(this.#ticket());
    const link = this.#link;
    this.#hear(link, lookout);
    if (this.#looks === 2) this.#send(lookout, link.ask({ kind: "watch" })?.frame);
    this.#hear(link, lookout);
    this.#send(lookout, link.ping(now));
    camera.tick(now);
  }

  #come(lookout: Lookout, crypto: Crypto): ViewerLink {
    const secret = this.#draw(32);
    this.#viewerKey = crypto.agreementPublicKey(secret);
    const ticket = this.#ticket();
    lookout.admit(ticket);
    lookout.camera.viewerConnected(CONNECTION, lookout.now);
    const link = new ViewerLink({
      ...{ crypto, random: this.#random, lockId: lookout.lockId, ticket: ticket.ticket },
      viewer: { secret, publicKey: this.#viewerKey },
      cameraKey: lookout.camera.agreementKey,
    });
    this.#send(lookout, link.start());
    return link;
  }

  #ticket() {
    return { ticket: this.#draw(8), viewerKey: this.#viewerKey, rights: RIGHT_VIEW, seconds: TICKET_SECONDS };
  }

  #send({ camera, now }: Lookout, frame: Bytes | undefined): void {
    if (frame !== undefined) camera.viewerReceived(CONNECTION, frame, now);
  }

  #hear(link: ViewerLink, { now }: Lookout): void {
    for (const frame of this.#frames.splice(0)) if (link.received(frame, now).kind === "picture") this.pictures += 1;
  }

  #draw(size: number): Bytes {
    const bytes = new Uint8Array(size);
    this.#random.fill(bytes);
    return bytes;
  }
}
