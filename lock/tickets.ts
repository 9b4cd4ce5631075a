// Who may look through the camera: the lock says so for a minute at a time, and tells the camera.
// Why: the picture goes past the lock, so whoever looks must have asked it within the last minute; a grant that was revoked,
// or an owner who was removed, sees nothing from then on though nobody tells the camera.
// Follows docs/protocol.md §3.3, "Tickets".

import type { Denial } from "../firmware/grant/denial.ts";
import type { TicketAnswer, TicketRequest } from "../firmware/link/viewing.ts";
import { RIGHT_VIEW, TICKET_BYTES, TICKET_SECONDS_MAX } from "../firmware/link/witness.ts";
import type { Millis, Random } from "../firmware/platform.ts";
import type { GrantProof, Origin } from "./desk.ts";
import { type GuestDesk, judgeAgain } from "./guest.ts";
import { Ration, VIEWS } from "./ration.ts";
import type { Witness } from "./witness.ts";

/** By what somebody asks to look: an owner session, a proof of `view` that was honoured in this session, or nothing. */
export type Viewer = "owner" | GrantProof | undefined;

/** Who looks. */
export class Tickets {
  readonly #random: Random;
  readonly #witness: Witness;
  readonly #views = new Ration(VIEWS);

  constructor(random: Random, witness: Witness) {
    this.#random = random;
    this.#witness = witness;
  }

  /** Gives a ticket, and tells the camera of it; or says why not. */
  serve(
    desk: GuestDesk,
    request: TicketRequest,
    by: { readonly viewer: Viewer; readonly from: Origin; readonly now: Millis },
  ): TicketAnswer | Denial {
    const { id, rights } = request;
    const denial = by.viewer === "owner" ? undefined : this.#judge(desk, rights, by);
    if (denial !== undefined) return denial;
    const ticket = new Uint8Array(TICKET_BYTES);
    this.#random.fill(ticket);
    const viewerKey = request.viewerKey.slice();
    const board = this.#witness.admit({ ticket, viewerKey, rights, seconds: TICKET_SECONDS_MAX });
    if (board === undefined) return "camera";
    const { agreementKey, signingKey } = board;
    return { kind: "ticket", id, ticket, agreementKey, signingKey, seconds: TICKET_SECONDS_MAX };
  }

  /** A guest sees what the grant lets him see at this moment, and no more. */
  #judge(
    desk: GuestDesk,
    rights: number,
    { viewer, from, now }: { readonly viewer: Viewer; readonly from: Origin; readonly now: Millis },
  ): Denial | undefined {
    if (viewer === undefined || viewer === "owner" || rights !== RIGHT_VIEW) return "permission";
    const denial =
      judgeAgain(desk, viewer, { from, now }) ??
      (this.#views.take(viewer.chain.links[0].link8, now) ? undefined : "rate");
    if (denial !== undefined) desk.recorder.refusal(viewer.chain, viewer.operation, { denial, now });
    return denial;
  }
}
