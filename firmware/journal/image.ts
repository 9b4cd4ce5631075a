// The lock's state as bytes: what a snapshot holds.
// Why: records are overwritten once both snapshots hold what they did to the state, so the image must hold all of it; what
// is read back must be what was written, or nothing.
// Follows docs/protocol.cddl, `image`.

import type { Bytes } from "../bytes.ts";
import { ARGUMENT_MAX, Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { ACTIVE_MAX, CODE_SECRET_BYTES, SEALING_BYTES, SECRETS_MAX, SPENT_MAX } from "../codes/credential.ts";
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
import { type Configuration, configure, defaultConfiguration, settingsOf } from "../policy/configuration.ts";
import { COUNTERS_MAX, type Counter, Counters } from "../policy/counters.ts";
import { BOARDS_MAX, type EnrolledBoard, type Keyring, listsOf, OWNERS_MAX, REMOVED_MAX } from "../policy/keyring.ts";
import { DAMAGE_DIGEST_BYTES } from "./damage.ts";
import { FACES_MAX, type LockState, type OpenVisit } from "./state.ts";

/** The most bytes of an image: four full lists, 128 counters, 20 users with 32 credentials, and all the rest. */
export const IMAGE_BYTES_MAX = 18_000;
const FORMAT = 2;
const ITEMS = 11;

/** Encodes the state. Lists of keys that are no owners' any more are left out, since they never count again. */
export function encodeImage(crypto: Crypto, state: LockState): Bytes {
  return Writer.encode(IMAGE_BYTES_MAX, (writer) => writeImage(writer, crypto, state));
}

function writeImage(writer: Writer, crypto: Crypto, state: LockState): void {
  const { keyring, configuration, counters, visit, faces } = state;
  writer.array(ITEMS).uint(FORMAT);
  writeKeyring(writer, keyring);
  const lists = listsOf(crypto, keyring, state.lists);
  writer.array(lists.length);
  for (const list of lists) writeList(writer, list);
  const settings = [...settingsOf(configuration)].map(([key, value]) => ({ key, value }));
  writeSettings(
    writer,
    settings.sort((left, right) => left.key - right.key),
  );
  writeCounters(writer, counters);
  writeVisit(writer, visit);
  writeCodes(writer, state.codes);
  writer.array(5).uint(state.watermark).uint(state.boots).uint(state.fetched).uint(state.custody).uint(state.budget);
  writeDigests(writer, state.acknowledged);
  writeDigests(writer, state.senseless);
  writeNames(writer, faces);
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
  const keyring = readKeyring(crypto, reader);
  const lists = readItems(reader, OWNERS_MAX, () => readList(reader));
  const configuration = readConfiguration(reader);
  const counters = Counters.from(reader.readArray(0, COUNTERS_MAX), () => readCounter(reader));
  const visit = readVisit(reader);
  const codes = readCodes(crypto, reader);
  reader.readArray(5, 5);
  const watermark = seconds(reader.readUint(ARGUMENT_MAX));
  const boots = reader.readUint(ARGUMENT_MAX);
  const fetched = reader.readUint(ARGUMENT_MAX);
  const custody = reader.readUint(ARGUMENT_MAX);
  const budget = reader.readUint(ARGUMENT_MAX);
  const acknowledged = readDigests(reader);
  const senseless = readDigests(reader);
  const faces = readNames(reader, FACES_MAX);
  reader.end();
  const rest = { watermark, boots, acknowledged, senseless, fetched, custody, budget, faces };
  return { keyring, lists, configuration, counters, visit, codes, ...rest };
}

function writeKeyring(writer: Writer, { owners, recovery, removed, boards }: Keyring): void {
  writer.array(4).array(owners.length);
  for (const { publicKey, sequence } of owners) writer.array(2).bytes(publicKey).uint(sequence);
  if (recovery === undefined) writer.array(0);
  else writer.array(2).bytes(recovery.publicKey).uint(recovery.sequence);
  writeNames(writer, removed);
  writer.array(boards.length);
  for (const { role, agreementKey, signingKey, sequence } of boards) {
    writer.array(4).uint(role).bytes(agreementKey).bytes(signingKey).uint(sequence);
  }
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
  const { intent, actor, spends, code } = visit;
  writer
    .array(code === undefined ? 3 : 4)
    .uint(intent)
    .bytes(actor)
    .array(spends.length);
  for (const { link8, used, until } of spends) writer.array(3).bytes(link8).uint(used).uint(until);
  if (code !== undefined) writeCodeUse(writer, code);
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

function writeCodes(writer: Writer, codes: CodeState): void {
  writer.array(6).array(codes.secrets.length);
  for (const { owner, sealed } of codes.secrets) writer.array(2).bytes(owner).bytes(sealed);
  writer.array(codes.users.length);
  for (const user of codes.users) writeUser(writer, user);
  writer.array(codes.credentials.length);
  for (const credential of codes.credentials) writeCredential(writer, credential);
  writeHolidays(writer, codes.holidays);
  writeWindows(writer, codes.spent);
  writeWindows(writer, codes.active);
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

function writeDigests(writer: Writer, digests: LockState["acknowledged"]): void {
  writer.array(digests.length);
  for (const digest of digests) writer.bytes(digest);
}

/** A copy, so that the image's own bytes can be let go. */
function readName(reader: Reader, size: number): Bytes {
  return reader.readView(size, size).slice();
}

function readDigests(reader: Reader): LockState["acknowledged"] {
  const readDigest = () => {
    const digest = reader.readView(0, DAMAGE_DIGEST_BYTES).slice();
    if (digest.length !== 0 && digest.length !== DAMAGE_DIGEST_BYTES) throw new Fault("journal.corrupt");
    return digest;
  };
  reader.readArray(3, 3);
  return [readDigest(), readDigest(), readDigest()];
}

function readItems<Item>(reader: Reader, most: number, read: () => Item): readonly Item[] {
  const items: Item[] = [];
  for (let left = reader.readArray(0, most); left > 0; left--) items.push(read());
  return items;
}
