// A conversation with a lock: one phone, one connection over TCP or a cable, questions and their answers.
// Why: commands read top to bottom while frames may be lost or doubled below them.
// Follows docs/protocol.md §3 and §3.1.

import { crypto } from "#crypto";
import { fromBase64url } from "../firmware/bytes.ts";
import type { Sign } from "../firmware/grant/issue.ts";
import type { Answer, Notice } from "../firmware/link/message.ts";
import { EXIT, Failure, systemCode, usage } from "./failure.ts";
import { dial, Line, type Way } from "./line.ts";
import { type Claim, type Declaration, type Outgoing, Phone, type Sent, type Session } from "./phone.ts";
import { systemRandom } from "./random.ts";
import { dialSerial, serialPathOf } from "./serial.ts";
import { printable } from "./terminal.ts";

/** Where the house of the simulator listens. */
export const DEFAULT_ADDRESS = "127.0.0.1:7446";

const DEFAULT_PORT = 7_446;
/** A handshake is repeated after each of these waits: a lock that was asked often in a second hears it later. */
const WELCOME_MILLIS: readonly number[] = Object.freeze([300, 300, 400, 1_000, 3_000]);
/** A request is repeated after each of these waits, and given up after the last. */
const ANSWER_MILLIS: readonly number[] = Object.freeze([2_000, 3_000, 5_000]);

/** How to reach a lock. */
export interface Reach {
  /** host:port, or serial:PORT. */
  readonly address: string;
  /** X25519, base64url. */
  readonly agreementKey: string;
  readonly lockId: string;
}

/** Reads host, host:port or [v6]:port. @throws Failure */
export function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[3] ?? DEFAULT_PORT);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port < 1 || port > 65_535) {
    throw usage(
      "The address after --at is neither host:port, such as 192.168.1.20:7446, nor a port such as serial:/dev/ttyUSB0.",
    );
  }
  return { host, port };
}

/** Connects and opens a session, in which the lock has proven its key.
 *  @throws Failure where nothing answers there, or another lock */
export async function converse(reach: Reach): Promise<Conversation> {
  const way = await open(reach.address);
  const conversation = new Conversation(way, reach);
  try {
    await conversation.begin();
  } catch (error) {
    conversation.close();
    throw error;
  }
  return conversation;
}

/** What questions are put to. */
export interface Asking {
  ask(outgoing: Outgoing): Promise<Answer>;
}

/** One open session. `close()` ends it, and twice is harmless. */
export class Conversation implements Asking {
  private readonly line: Line;
  private readonly address: string;
  private readonly phone: Phone;
  private readonly answers = new Map<number, Answer>();
  private readonly notices: Notice[] = [];

  constructor(way: Way, { address, agreementKey, lockId }: Reach) {
    this.address = address;
    const lockAgreementKey = fromBase64url(agreementKey);
    this.phone = new Phone({ crypto, random: systemRandom(), lockAgreementKey, lockId });
    this.line = new Line(way, (frame) => {
      const event = this.phone.receive(frame);
      if (event.kind === "answer") this.answers.set(event.answer.id, event.answer);
      if (event.kind === "notice") this.notices.push(event.notice);
    });
  }

  /** The open session. */
  get session(): Session {
    const { session } = this.phone;
    if (session === undefined) throw this.lost();
    return session;
  }

  /** Whether the lock, or the way to it, has ended. */
  get isOver(): boolean {
    return this.line.isOver;
  }

  /** Shakes hands. @throws Failure */
  async begin(): Promise<void> {
    const frame = this.phone.begin();
    for (const wait of WELCOME_MILLIS) {
      this.line.send(frame);
      const isOpen = await this.line.until(() => this.phone.session !== undefined, wait);
      if (isOpen) return;
    }
    throw this.unwelcome();
  }

  /** Asks and gives the answer. @throws Failure where none comes */
  ask(outgoing: Outgoing): Promise<Answer> {
    return this.answerTo(this.phone.request(outgoing));
  }

  /** Proves and gives the answer. @throws Failure where none comes */
  prove(claim: Claim, sign: Sign): Promise<Answer> {
    return this.answerTo(this.phone.prove(claim, sign));
  }

  /** States and gives the answer. @throws Failure where none comes */
  declare(declaration: Declaration, sign: Sign): Promise<Answer> {
    return this.answerTo(this.phone.declare(declaration, sign));
  }

  /** Gives the next notice, or undefined where none comes in time. */
  async notice(millis: number): Promise<Notice | undefined> {
    await this.line.until(() => this.notices.length > 0, millis);
    return this.notices.shift();
  }

  close(): void {
    if (!this.line.isOver && this.phone.session !== undefined)
      this.line.send(this.phone.request({ kind: "bye" }).frame);
    this.phone.close();
    this.line.close();
  }

  /** Sends, repeats what seems lost, and waits. */
  private async answerTo({ id, frame }: Sent): Promise<Answer> {
    this.line.send(frame);
    for (const wait of ANSWER_MILLIS) {
      await this.line.until(() => this.answers.has(id), wait);
      const answer = this.answers.get(id);
      this.answers.delete(id);
      if (answer !== undefined) return answer;
      const again = this.line.isOver ? undefined : this.phone.repeat(id);
      if (again === undefined) break;
      this.line.send(again);
    }
    throw this.lost();
  }

  /** A port opens with nobody behind it, where a connection over a network is somebody's. */
  private unwelcome(): Failure {
    const at = printable(this.address);
    const isSilent = serialPathOf(this.address) !== undefined && !this.line.hasHeard;
    return new Failure(
      EXIT.UNREACHABLE,
      isSilent
        ? `Nothing answered at ${at}: has the lock power, and is it the port of this lock (--at)? A busy lock is silent too: try again in ten seconds.`
        : `What answers at ${at} is not this lock, or is busy: check the address (--at), and try again in ten seconds.`,
    );
  }

  private lost(): Failure {
    return new Failure(
      EXIT.UNREACHABLE,
      `The lock at ${printable(this.address)} stopped answering: what was asked may have been done; run "latchkey status" to see.`,
    );
  }
}

async function open(address: string): Promise<Way> {
  const path = serialPathOf(address);
  if (path !== undefined) return dialSerial(path);
  const { host, port } = parseAddress(address);
  try {
    return await dial({ host, port });
  } catch (error) {
    const isUnknown = systemCode(error) === "ENOTFOUND";
    throw new Failure(
      EXIT.UNREACHABLE,
      isUnknown
        ? `There is no computer called ${host}: check the address after --at.`
        : `No lock answers at ${host}:${port}: is it on (the house: "npm start"), and is the address right (--at HOST:PORT)?`,
    );
  }
}
