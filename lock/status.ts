// What an owner sees of the lock: its status, and its records.
// Why: an owner must be able to tell what the lock believes, above all which of their lists it holds.
// Follows docs/protocol.cddl, `status`.

import type { Door } from "../firmware/door/state.ts";
import { Fault } from "../firmware/fault.ts";
import { REGIONS, type Region } from "../firmware/journal/record.ts";
import type { BoardState, CodesState, Status } from "../firmware/link/message.ts";
import type { CameraState } from "../firmware/link/viewing.ts";
import type { Battery, Millis, NetworkState } from "../firmware/platform.ts";
import { settingsOf } from "../firmware/policy/configuration.ts";
import type { Records } from "./desk.ts";
import type { Memory } from "./memory.ts";
import type { LockOptions } from "./options.ts";

/** Gives the status. */
export function statusOf(lock: {
  readonly memory: Memory;
  readonly door: Door;
  readonly options: LockOptions;
  readonly battery: Battery;
  readonly boards: readonly BoardState[];
  readonly codes: CodesState;
  readonly camera: CameraState | undefined;
  readonly network: NetworkState | undefined;
  readonly isVisitOpen: boolean;
  readonly hasPresence: boolean;
  readonly resetSeconds: number;
  readonly now: Millis;
}): Status {
  const { memory, door, now } = lock;
  const { keyring, lists, configuration, boots, counters } = memory.state;
  const { recovery } = keyring;
  const { lo, hi } = memory.interval(now);
  return {
    firmwareVersion: lock.options.firmwareVersion,
    timeLow: lo,
    timeHigh: hi,
    bolt: door.bolt.at,
    contact: door.contact.is,
    mode: memory.mode(now),
    batteryMillivolts: lock.battery.millivolts,
    boots,
    heads: REGIONS.map((region) => {
      const { seq, link } = memory.head(region);
      return { region, lastSeq: seq, link };
    }),
    owners: keyring.owners.map(({ kid, sequence }) => {
      const list = lists.find(({ owner }) => owner.every((byte, index) => byte === kid[index]));
      return { kid, seq: sequence, revocationSeq: list?.sequence ?? 0, generation: list?.generation ?? 0 };
    }),
    isJournalWhole: memory.isWhole,
    isJournalWritable: memory.isWritable,
    isVisitOpen: lock.isVisitOpen,
    hasPresence: lock.hasPresence,
    liveCounters: counters.liveAt(lo),
    boards: lock.boards,
    codes: lock.codes,
    camera: lock.camera,
    network: lock.network,
    configuration: settingsOf(configuration),
    fetchedSeq: memory.state.fetched,
    resetSeconds: lock.resetSeconds,
    recovery: recovery === undefined ? undefined : { kid: recovery.kid, seq: recovery.sequence },
  };
}

/** Gives records as they stand. @param from the number of the first @returns undefined where the flash cannot be read */
export function recordsOf(memory: Memory, region: Region, from: number): Records | undefined {
  try {
    return memory.records(region, from);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return undefined;
  }
}
