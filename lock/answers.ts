// What a phone is answered that asks for something to read, for time, for a look, or for what is an owner's to set.
// Why: who may ask for what reads as one table, apart from the sessions in which it is asked (phone.ts).
// Follows docs/protocol.md §3.

import { unreachable } from "../firmware/fault.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import { ACCESS } from "../firmware/journal/record.ts";
import type { CodeRequest } from "../firmware/link/codes.ts";
import type { Answer, Request } from "../firmware/link/message.ts";
import type { NetworkRequest } from "../firmware/link/network.ts";
import type { TicketRequest } from "../firmware/link/viewing.ts";
import type { Millis } from "../firmware/platform.ts";
import type { Desk, Origin } from "./desk.ts";
import type { Session } from "./session.ts";

/** What is answered with what the lock knows. */
type Told = Extract<Request, { kind: "status" | "fetch" | "checkpoint" | "farewell" | "fetched" }>;
type TimeRequest = Extract<Request, { kind: "timeRequest" }>;
type TimeResponse = Extract<Request, { kind: "timeResponse" }>;

/** All but what brings a message to be verified. */
type Served = Exclude<Request, { kind: "prove" | "statement" }>;

interface Asked<Kind> {
  readonly request: Kind;
  readonly now: Millis;
}

/** Serves a request that brings nothing to be verified. @returns undefined where nothing is answered */
export function serve(
  desk: Desk,
  session: Session,
  asked: Asked<Served> & { readonly from: Origin },
): Answer | undefined {
  const { request, now, from } = asked;
  switch (request.kind) {
    case "bye":
      return undefined;
    case "timeRequest":
    case "timeResponse":
      return serveTime(desk, session, { request, now });
    case "ticket":
      return serveTicket(desk, session, { request, now, from });
    case "status":
    case "fetch":
    case "checkpoint":
    case "farewell":
    case "fetched":
      return tell(desk, session, { request, now, from });
    default:
      return serveOwn(desk, session, { request, now });
  }
}

/** Gives what the lock knows to whoever may read it. */
function tell(desk: Desk, session: Session, { request, now, from }: Asked<Told> & { readonly from: Origin }): Answer {
  const { id } = request;
  const isOwner = session.role === "owner";
  const isReader = isOwner && !session.isRecovery;
  switch (request.kind) {
    case "status":
      if (!isOwner) return answerOf(session, id, "permission");
      return { kind: "status", id, status: desk.status(now) };
    case "fetch": {
      const { region } = request;
      const { log } = session;
      // What a guest proved once is judged anew.
      const mayRead = isReader || (region === ACCESS && log !== undefined && desk.isReader(log, from, now));
      if (!mayRead) return answerOf(session, id, "permission");
      const records = desk.records(region, request.from);
      if (records === undefined) return answerOf(session, id, "journal");
      return { kind: "records", id, region, ...records };
    }
    case "checkpoint":
      if (!isReader) return answerOf(session, id, "permission");
      return { kind: "checkpoint", id, message: desk.checkpoint(now) };
    case "farewell": {
      const message = isOwner ? desk.farewell() : undefined;
      if (message === undefined) return answerOf(session, id, isOwner ? "target" : "permission");
      return { kind: "checkpoint", id, message };
    }
    case "fetched":
      return answerOf(session, id, isReader ? desk.fetched(request.heads, now) : "permission");
    default:
      return unreachable(request);
  }
}

/** Takes part in a talk with a time server. */
function serveTime(desk: Desk, session: Session, { request, now }: Asked<TimeRequest | TimeResponse>): Answer {
  const { time, transport } = session;
  if (request.kind === "timeResponse") {
    const denial = desk.timekeeper.take(time, request.response, { transport, now });
    return answerOf(session, request.id, denial);
  }
  const nonce = desk.timekeeper.ask(time, request.server, now);
  return nonce === undefined ? answerOf(session, request.id, "target") : { kind: "nonce", id: request.id, nonce };
}

/** Lets an owner, or whoever proved the right in this session, look through the camera. */
function serveTicket(
  desk: Desk,
  session: Session,
  { request, from, now }: Asked<TicketRequest> & { readonly from: Origin },
): Answer {
  const viewer = session.role === "owner" && !session.isRecovery ? "owner" : session.view;
  const said = desk.ticket(request, viewer, { from, now });
  return answerOf(session, request.id, said);
}

/** What an owner may ask, and not the key on paper. */
function serveOwn(desk: Desk, session: Session, { request, now }: Asked<CodeRequest | NetworkRequest>): Answer {
  const { role, name, isRecovery } = session;
  if (role !== "owner" || isRecovery || name === undefined) return answerOf(session, request.id, "permission");
  const isNetwork = request.kind === "joinNetwork" || request.kind === "leaveNetwork";
  const said = isNetwork ? desk.network(request, name, now) : desk.codes(request, name, now);
  return answerOf(session, request.id, said);
}

/** One shape of "no" for everybody but an owner. */
export function answerOf(session: Session, id: number, denial: Answer | Denial | undefined): Answer {
  if (denial === undefined) return { kind: "yes", id };
  if (typeof denial === "object") return denial;
  return { kind: "no", id, denial: session.role === "owner" ? denial : undefined };
}
