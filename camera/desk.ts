// What an owner may ask of the camera: its clips, the records of its switch, for whom it seals, what it knows as in order.
// Why: these are the owner's and nobody's else, and none of them gives the picture of now.
// Follows docs/protocol.md §9.1.

import { Fault } from "../firmware/fault.ts";
import {
  CLIPS_PER_ANSWER,
  type ClipMark,
  type ListedClip,
  READ_BYTES_MAX,
  RECORDS_PER_ANSWER,
  type ViewerAnswer,
} from "../firmware/link/viewer.ts";
import type { Millis } from "../firmware/platform.ts";
import type { Duty } from "./duty.ts";
import { VERDICTS } from "./eye.ts";
import { accountOf, type Homes } from "./homes.ts";
import type { CameraPlatform } from "./options.ts";
import { flagsOf, type ShelvedClip } from "./shelf.ts";
import type { OwnerRequest, ViewerDesk } from "./viewer.ts";

const U32_MAX = 0xffff_ffff;
const KIB = 1_024;

/** What the desk needs to know. */
export interface OwnerDeskParts {
  readonly platform: CameraPlatform;
  readonly duty: Duty;
  readonly homes: Homes;
  readonly isCaseOpen: () => boolean;
}

/** Serves owners. */
export class OwnerDesk implements ViewerDesk {
  readonly #parts: OwnerDeskParts;

  constructor(parts: OwnerDeskParts) {
    this.#parts = parts;
  }

  serve(request: OwnerRequest, now: Millis): ViewerAnswer {
    const { id } = request;
    const { duty } = this.#parts;
    switch (request.kind) {
      case "list": {
        // None is no answer while the card is being read.
        if (duty.shelf.isLoading) return { kind: "no", id };
        const clips = duty.shelf.clips.filter(({ firstFrame }) => firstFrame >= request.from);
        return { kind: "list", id, clips: clips.slice(0, CLIPS_PER_ANSWER).map(listed) };
      }
      case "read": {
        const part = request.part === "file" ? "age" : "note";
        const wanted = { part, offset: request.offset, bytesMax: READ_BYTES_MAX } as const;
        const bytes = duty.shelf.read(request.clip, wanted);
        return bytes === undefined ? { kind: "no", id } : { kind: "read", id, bytes };
      }
      case "mark":
        return { kind: this.#mark(request.clip, request.mark) ? "yes" : "no", id };
      case "rail":
        return { kind: "rail", id, records: this.#records(request.from) };
      case "recipients":
        return { kind: this.#seal(request.recipients) ? "yes" : "no", id };
      case "approve":
        return { kind: duty.approve(now) ? "yes" : "no", id };
      case "stream":
        return { kind: this.#offer(request.secret) ? "yes" : "no", id };
      default:
        return { kind: "status", id, status: this.#status() };
    }
  }

  #mark(clip: Uint8Array, mark: ClipMark): boolean {
    const { shelf } = this.#parts.duty;
    const found = shelf.find(clip);
    if (found === undefined) return false;
    const isFetched = found.isFetched || mark === "fetched";
    const isKept = mark === "kept" || (mark !== "let-go" && found.isKept);
    return shelf.mark({ ...found, isFetched, isKept }, found.bytes);
  }

  #records(from: number): Uint8Array<ArrayBuffer>[] {
    const { railStore } = this.#parts.platform;
    const records: Uint8Array<ArrayBuffer>[] = [];
    const end = Math.min(this.#parts.duty.power, Math.max(1, from) + RECORDS_PER_ANSWER - 1);
    for (let number = Math.max(1, from); number <= end; number++) {
      const record = railStore.at(number);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  /** A key of small order would fail at each clip: it is refused here. */
  #seal(recipients: readonly Uint8Array<ArrayBuffer>[]): boolean {
    const { crypto } = this.#parts.platform;
    const probe = new Uint8Array(32).fill(1);
    try {
      for (const recipient of recipients) crypto.wipe(crypto.agree(probe, recipient));
      this.#parts.duty.settings.setRecipients(recipients);
      return true;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return false;
    }
  }

  /** Whoever looks on with the password of before is dismissed. */
  #offer(secret: Uint8Array<ArrayBuffer> | undefined): boolean {
    const { duty, homes, platform } = this.#parts;
    try {
      duty.settings.setStreamSecret(secret);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return false;
    }
    homes.change(accountOf(secret));
    platform.audience?.dismiss();
    return true;
  }

  #status(): Extract<ViewerAnswer, { kind: "status" }>["status"] {
    const { duty, homes, platform, isCaseOpen } = this.#parts;
    const { verdict, alarm, isNight } = duty.watch;
    return {
      verdict: VERDICTS.indexOf(verdict),
      alarm: alarm === undefined ? undefined : VERDICTS.indexOf(alarm),
      ...{
        isOn: duty.isOn,
        canRecord: duty.canRecord,
        isRecording: duty.isRecording,
        isCaseOpen: isCaseOpen(),
        isNight,
        isStreamOn: homes.isOpen,
      },
      power: duty.power,
      freeKib: Math.min(U32_MAX, Math.floor(platform.card.freeBytes / KIB)),
      recipients: duty.settings.recipients.length,
      scenes: duty.settings.scenes.length,
      clips: duty.shelf.clips.length,
    };
  }
}

function listed(shelved: ShelvedClip): ListedClip {
  const { clip, visit, bytes, firstFrame, lastFrame, endedLo, endedBefore } = shelved;
  const endedHi = endedBefore ?? U32_MAX;
  return { clip, visit, bytes, firstFrame, lastFrame, endedLo, endedHi, flags: flagsOf(shelved) };
}
