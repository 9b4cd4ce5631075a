// The lock's state as bytes: what a snapshot holds.
// Why: records are overwritten once both snapshots hold what they did to the state, so the image must hold all of it; what
// is read back must be what was written, or nothing.
// Follows docs/protocol.cddl, `image`.

import { type Bytes, held } from "../bytes.ts";
import { ARGUMENT_MAX, Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import {
  ACTIVE_MAX,
  CODE_SECRET_BYTES,
  type CodeSecret,
  SEALING_BYTES,
  SECRETS_MAX,
  SPENT_MAX,
} from "../codes/credential.ts";
import {
  readCodeUse,
  readCredential,
  readHolidays,
  readUsedWindow,
  readUser,
  writeCodeUse,
  writeCredential,
  writeHolidays,
  writeUsedWindow,
  writeUser,
} from "../codes/form.ts";
import { type CodeState, withHeldNames } from "../codes/state.ts";
import { CREDENTIALS_MAX, USERS_MAX, type User } from "../codes/user.ts";
import { WindowSet } from "../codes/windowset.ts";
import { KID_BYTES, kid8 } from "../cose/key.ts";
import { type Crypto, KEY_BYTES } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import { readSettings, writeSettings } from "../grant/body.ts";
import { LINK8_BYTES, LINKS_MAX } from "../grant/chain.ts";
import { USES_MAX } from "../grant/grant.ts";
import { readNames, writeNames } from "../grant/names.ts";
import { readList, writeList } from "../grant/revocation.ts";
import { seconds } from "../platform.ts";
import { type Configuration, configure, defaultConfiguration, settingRows } from "../policy/configuration.ts";
import { COUNTERS_MAX, type Counter, Counters } from "../policy/counters.ts";
import {
  BOARDS_MAX,
  type EnrolledBoard,
  type Keyring,
  listsOf,
  OWNERS_MAX,
  type Owner,
  REMOVED_MAX,
} from "../policy/keyring.ts";
import { DAMAGE_DIGEST_BYTES } from "./damage.ts";
import type { SpentUse } from "./entry.ts";
import { IMAGE_BYTES_MAX } from "./snapshot.ts";
import { FACES_MAX, type LockState, type OpenVisit } from "./state.ts";

const FORMAT = 3;
const ITEMS = 11;

type Numbers = "watermark" | "jumped" | "boots" | "haste" | "fetched" | "fetchedNotices" | "custody" | "budget";
type WritePart = (writer: Writer, state: LockState, crypto: Crypto) => void;

/** An image's parts, in their order. A table: a function that named all of them would hold a slot of a board's stack for each, at the
 *  bottom of the deepest call that there is. */
const PARTS: readonly WritePart[] = Object.freeze<WritePart[]>([
  (writer, state) => writeItems(writer.array(4), state.keyring.owners, writeOwner),
  (writer, state) => writeRecovery(writer, state.keyring.recovery),
  (writer, state) => writeNames(writer, state.keyring.removed),
  (writer, state) => writeItems(writer, state.keyring.boards, writeBoard),
  (writer, state, crypto) => writeItems(writer, listsOf(crypto, state.keyring, state.lists), writeList),
  (writer, state) => writeSettings(writer, settingRows(state.configuration)),
  (writer, state) => writeCounters(writer, state.counters),
  (writer, state) => writeVisit(writer, state.visit),
  (writer, state) => writeItems(writer.array(6), state.codes.secrets, writeSecret),
  (writer, state) => writeItems(writer, state.codes.users, writeUser),
  (writer, state) => writeItems(writer, state.codes.credentials, writeCredential),
  (writer, state) => writeHolidays(writer, state.codes.holidays),
  (writer, state) => writeWindows(writer, state.codes.spent),
  (writer, state) => writeWindows(writer, state.codes.active),
  (writer, state) => writeNumbers(writer, state),
  (writer, state) => writeDigests(writer, state.acknowledged),
  (writer, state) => writeDigests(writer, state.senseless),
  (writer, state) => writeNames(writer, state.faces),
]);

/** Encodes the state. */
export function encodeImage(crypto: Crypto, state: LockState): Bytes {
  return Writer.encode(IMAGE_BYTES_MAX, (writer) => writeImage(writer, crypto, state));
}

/** Writes the state. Lists of keys that are no owners' any more are left out, since they never count again. */
export function writeImage(writer: Writer, crypto: Crypto, state: LockState): void {
  writer.array(ITEMS).uint(FORMAT);
  for (let index = 0; index < PARTS.length; index++) PARTS[index](writer, state, crypto);
}

/** Reads the state. @throws Fault journal.corrupt where it is none, or one of another version */
export function decodeImage(crypto: Crypto, image: Bytes): LockState {
  try {
    return readImage(crypto, new Reader(image, IMAGE_BYTES_MAX));
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    throw new Fault("journal.corrupt");
  }
}

function readImage(crypto: Crypto, reader: Reader): LockState {
  reader.readArray(ITEMS, ITEMS);
  if (reader.readUint(ARGUMENT_MAX) !== FORMAT) throw new Fault("journal.corrupt");
  const state = {
    keyring: readKeyring(crypto, reader),
    lists: readItems(reader, OWNERS_MAX, () => readList(reader)),
    configuration: readConfiguration(reader),
    counters: Counters.from(reader.readArray(0, COUNTERS_MAX), () => readCounter(reader)),
    visit: readVisit(reader),
    codes: readCodes(crypto, reader),
    ...readNumbers(reader),
    acknowledged: readDigests(reader),
    senseless: readDigests(reader),
    faces: readNames(reader, FACES_MAX),
  };
  reader.end();
  return state;
}

function readNumbers(reader: Reader): Pick<LockState, Numbers> {
  reader.readArray(8, 8);
  return {
    watermark: seconds(reader.readUint(ARGUMENT_MAX)),
    jumped: seconds(reader.readUint(ARGUMENT_MAX)),
    boots: reader.readUint(ARGUMENT_MAX),
    haste: reader.readUint(ARGUMENT_MAX),
    fetched: reader.readUint(ARGUMENT_MAX),
    fetchedNotices: reader.readUint(ARGUMENT_MAX),
    custody: reader.readUint(ARGUMENT_MAX),
    budget: reader.readUint(ARGUMENT_MAX),
  };
}

function writeOwner(writer: Writer, owner: Owner): void {
  writer.array(2).bytes(owner.publicKey).uint(owner.sequence);
}

function writeRecovery(writer: Writer, recovery: Owner | undefined): void {
  if (recovery === undefined) writer.array(0);
  else writeOwner(writer, recovery);
}

function writeBoard(writer: Writer, board: EnrolledBoard): void {
  writer.array(4).uint(board.role).bytes(board.agreementKey).bytes(board.signingKey).uint(board.sequence);
}

function readKeyring(crypto: Crypto, reader: Reader): Keyring {
  const readOwner = () => {
    const publicKey = readName(reader, KEY_BYTES);
    return { kid: kid8(crypto, publicKey), publicKey, sequence: reader.readUint(ARGUMENT_MAX) };
  };
  reader.readArray(4, 4);
  const owners = readItems(reader, OWNERS_MAX, () => {
    reader.readArray(2, 2);
    return readOwner();
  });
  const recovery = reader.readArray(0, 2) === 0 ? undefined : readOwner();
  const removed = readNames(reader, REMOVED_MAX);
  const boards = readItems(reader, BOARDS_MAX, (): EnrolledBoard => {
    reader.readArray(4, 4);
    const role = reader.readUint(ARGUMENT_MAX);
    const agreementKey = readName(reader, KEY_BYTES);
    const signingKey = readName(reader, KEY_BYTES);
    return { kid: kid8(crypto, signingKey), role, agreementKey, signingKey, sequence: reader.readUint(ARGUMENT_MAX) };
  });
  return { owners, recovery, removed, boards };
}

function readConfiguration(reader: Reader): Configuration {
  const configuration = configure(defaultConfiguration(), readSettings(reader));
  if (configuration === undefined) throw new Fault("journal.corrupt");
  return configuration;
}

function writeCounters(writer: Writer, counters: Counters): void {
  writer.array(counters.count);
  for (let index = 0; index < counters.count; index++) {
    const { link8, root8, used, until } = counters.at(index);
    writer.array(4).bytes(link8).bytes(root8).uint(used).uint(until);
  }
}

function readCounter(reader: Reader): Counter {
  reader.readArray(4, 4);
  const link8 = readName(reader, LINK8_BYTES);
  const root8 = readName(reader, LINK8_BYTES);
  const used = reader.readUint(USES_MAX);
  return { link8, root8, used, until: seconds(reader.readUint(ARGUMENT_MAX)) };
}

function writeVisit(writer: Writer, visit: OpenVisit | undefined): void {
  if (visit === undefined) {
    writer.array(0);
    return;
  }
  writer
    .array(visit.code === undefined ? 3 : 4)
    .uint(visit.intent)
    .bytes(visit.actor);
  writeItems(writer, visit.spends, writeSpend);
  if (visit.code !== undefined) writeCodeUse(writer, visit.code);
}

function writeSpend(writer: Writer, spend: SpentUse): void {
  writer.array(3).bytes(spend.link8).uint(spend.used).uint(spend.until);
}

function readVisit(reader: Reader): OpenVisit | undefined {
  const items = reader.readArray(0, 4);
  if (items === 0) return undefined;
  if (items < 3) throw new Fault("journal.corrupt");
  const intent = reader.readUint(ARGUMENT_MAX);
  const actor = reader.readView(0, KID_BYTES).slice();
  if (actor.length !== 0 && actor.length !== KID_BYTES) throw new Fault("journal.corrupt");
  const spends = readItems(reader, LINKS_MAX, () => {
    reader.readArray(3, 3);
    const link8 = readName(reader, LINK8_BYTES);
    const used = reader.readUint(USES_MAX);
    return { link8, used, until: seconds(reader.readUint(ARGUMENT_MAX)) };
  });
  return { intent, actor, spends, code: items === 4 ? readCodeUse(reader) : undefined };
}

function writeSecret(writer: Writer, secret: CodeSecret): void {
  writer.array(2).bytes(secret.owner).bytes(secret.sealed);
}

function writeWindows(writer: Writer, windows: WindowSet): void {
  writer.array(windows.count);
  for (let index = 0; index < windows.count; index++) writeUsedWindow(writer, windows.at(index));
}

function readCodes(crypto: Crypto, reader: Reader): CodeState {
  reader.readArray(6, 6);
  const secrets = readItems(reader, SECRETS_MAX, () => {
    reader.readArray(2, 2);
    const owner = readName(reader, KID_BYTES);
    return { owner, sealed: readName(reader, CODE_SECRET_BYTES + SEALING_BYTES) };
  });
  const users: User[] = [];
  for (let left = reader.readArray(0, USERS_MAX); left > 0; left--) {
    users.push(withHeldNames(crypto, users, readUser(reader)));
  }
  const credentials = readItems(reader, CREDENTIALS_MAX, () => readCredential(reader));
  const holidays = readHolidays(reader);
  const spent = WindowSet.from(reader.readArray(0, SPENT_MAX), () => readUsedWindow(reader));
  const active = WindowSet.from(reader.readArray(0, ACTIVE_MAX), () => readUsedWindow(reader));
  return { secrets, users, credentials, holidays, spent, active };
}

function writeNumbers(writer: Writer, state: Pick<LockState, Numbers>): void {
  writer.array(8).uint(state.watermark).uint(state.jumped).uint(state.boots).uint(state.haste);
  writer.uint(state.fetched).uint(state.fetchedNotices).uint(state.custody).uint(state.budget);
}

function writeDigests(writer: Writer, digests: LockState["acknowledged"]): void {
  writer.array(digests.length);
  for (let index = 0; index < digests.length; index++) writer.bytes(digests[index]);
}

/** A copy, so that the image's own bytes can be let go. */
function readName(reader: Reader, size: number): Bytes {
  return reader.readView(size, size).slice();
}

function readDigests(reader: Reader): LockState["acknowledged"] {
  const readDigest = () => {
    const digest = held(reader.readView(0, DAMAGE_DIGEST_BYTES));
    if (digest.length !== 0 && digest.length !== DAMAGE_DIGEST_BYTES) throw new Fault("journal.corrupt");
    return digest;
  };
  reader.readArray(3, 3);
  return [readDigest(), readDigest(), readDigest()];
}

/** Writes an array. By index and without names for the parts: whatever is written runs at the bottom of a board's stack, where an
 *  iterator takes eight slots and each name one. */
function writeItems<Item>(writer: Writer, items: readonly Item[], write: (writer: Writer, item: Item) => void): void {
  writer.array(items.length);
  for (let index = 0; index < items.length; index++) write(writer, items[index]);
}

function readItems<Item>(reader: Reader, most: number, read: () => Item): readonly Item[] {
  const items: Item[] = [];
  for (let left = reader.readArray(0, most); left > 0; left--) items.push(read());
  return items;
}
