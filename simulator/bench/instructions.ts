// Counts what a lock's work costs on the chip's instruction set: instructions, exactly, and heap.
// Why: the chip has 160 million instructions a second and a few hundred kilobytes, so the budgets are in these two units.
// Runs on XS only, where the host counts; the numbers of instructions mean something on rv32 alone.

import type { Bytes } from "../../firmware/bytes.ts";
import { type Crypto, KEY_BYTES } from "../../firmware/crypto/crypto.ts";
import { selfTest } from "../../firmware/crypto/selftest.ts";
import { writeImage } from "../../firmware/journal/image.ts";
import { Journal } from "../../firmware/journal/journal.ts";
import { encodeEntry, placeOf } from "../../firmware/journal/payload.ts";
import { emptyState } from "../../firmware/journal/state.ts";
import { createCipher } from "../../firmware/link/cipher.ts";
import { encodeHandshake, FRAME_NK_1 } from "../../firmware/link/frame.ts";
import { createHandshake } from "../../firmware/link/noise.ts";
import { phonePrologue } from "../../firmware/link/prologue.ts";
import type { Flash } from "../../firmware/platform.ts";
import { millis, seconds } from "../../firmware/platform.ts";
import { openIdentity } from "../../lock/identity.ts";
import { answerHandshake } from "../../lock/session.ts";
import { MemoryConstants } from "../memory.ts";
import { Stream } from "../random.ts";
import { type CodeCosts, entryOf, measureCodes } from "./codes.ts";
import {
  type Bench,
  benchOf,
  checkRaw,
  decideWhole,
  GRANTS,
  type GrantName,
  hashEach,
  messagesOf,
  prove,
  readOnly,
  verifyEach,
  weigh,
  writeIntent,
} from "./decision.ts";
import { checkpointOf, type EvidenceRow, measureEvidence } from "./evidence.ts";
import { type EyeCosts, measureEye } from "./eye.ts";
import { growthOf, type Host, instructionsOf } from "./host.ts";
import { measureTasks, type Task, taskOf } from "./tasks.ts";

const SECTOR_BYTES = 4_096;
const SEALED_BYTES = 250;

/** What one grant costs. All but the heap in instructions. */
export interface DecisionCost {
  readonly name: GrantName;
  readonly messageBytes: number;
  readonly whole: number;
  /** The signature checks alone. */
  readonly raw: number;
  /** Rows of name and instructions; together they are the whole. */
  readonly stages: readonly (readonly [string, number])[];
  /** Bytes that one decision grows the heap by. */
  readonly heapGrown: number;
  /** Bytes that are still held once it was collected. */
  readonly heapKept: number;
}

/** What the rest of the lock's work costs, in instructions. */
export interface Costs {
  /** Each whole, with its heap. */
  readonly tasks: readonly Task[];
  readonly decisions: readonly DecisionCost[];
  readonly codes: CodeCosts;
  readonly eye: EyeCosts;
  readonly others: readonly (readonly [string, number])[];
  readonly evidence: readonly EvidenceRow[];
}

/** Measures everything. */
export function measure(crypto: Crypto, host: Host): Costs {
  const decisions = GRANTS.map((name) => measureDecision(crypto, host, name));
  return {
    tasks: [...measureTasks(crypto, host, (sectors) => new FastFlash(sectors)), ...measureWork(crypto, host)],
    decisions,
    codes: measureCodes(crypto, host),
    eye: measureEye(host),
    others: measureOthers(crypto, host),
    evidence: measureEvidence(crypto, host),
  };
}

function measureDecision(crypto: Crypto, host: Host, name: GrantName): DecisionCost {
  const bench = benchOf(crypto, name);
  const count = (work: () => unknown) => instructionsOf(host, work);
  const whole = count(() => decideWhole(bench));
  const raw = count(() => checkRaw(bench));
  const messages = messagesOf(bench);
  const chain = prove(bench);
  const decision = weigh(bench, chain);
  const reading = count(() => readOnly(bench));
  const verifying = count(() => verifyEach(bench, messages)) - raw;
  const hashing = count(() => hashEach(bench, chain));
  const policy = count(() => weigh(bench, chain));
  const intent = count(() => writeIntent(bench, chain, decision));
  const rest = whole - raw - reading - verifying - hashing - policy - intent;
  const stages: DecisionCost["stages"] = [
    ["signature checks of libsodium", raw],
    ["reading proof and grant", reading],
    ["Sig_structures", verifying],
    ["names of links and keys (SHA-256)", hashing],
    ["policy", policy],
    ["intent, its record and hashes", intent],
    ["the rest: lock, challenge, owner, chain", rest],
  ];
  return { name, messageBytes: bench.message.length, whole, raw, stages, ...heapOf(host, bench) };
}

/** The lock's daily work, and what its camera signs once a second. */
function measureWork(crypto: Crypto, host: Host): readonly Task[] {
  const [root, delegated] = [benchOf(crypto, "root"), benchOf(crypto, "delegated")];
  const [entry, append, checkpoint] = [entryOf(crypto), appendOf(crypto), checkpointOf(crypto)];
  return [
    taskOf(host, "a decision by a root grant", () => () => void decideWhole(root)),
    taskOf(host, "a decision by a root and a delegation", () => () => void decideWhole(delegated)),
    taskOf(host, "a keypad code of ten digits, four owner devices", () => entry),
    taskOf(host, "an intent appended to the journal, read back", () => () => void append()),
    taskOf(host, "a camera's checkpoint of ten frames of 25,000 bytes, with its frame", checkpoint),
  ];
}

/** What the decision does to the heap, less what measuring does to it. */
function heapOf(host: Host, bench: Bench): Pick<DecisionCost, "heapGrown" | "heapKept"> {
  const idle = growthOf(host, () => undefined);
  const busy = growthOf(host, () => decideWhole(bench));
  return { heapGrown: busy.grown - idle.grown, heapKept: busy.kept - idle.kept };
}

function measureOthers(crypto: Crypto, host: Host): Costs["others"] {
  const shake = handshakeOf(crypto);
  const cipher = shake();
  const plaintext = new Uint8Array(SEALED_BYTES);
  const append = appendOf(crypto);
  return [
    ["self-test at boot", instructionsOf(host, () => selfTest(crypto))],
    ["Noise NK, the lock's side of both messages", instructionsOf(host, shake)],
    [`seal and open ${SEALED_BYTES} bytes`, instructionsOf(host, () => cipher(plaintext))],
    ["append an intent to the journal, read back", instructionsOf(host, append)],
    ["collect all garbage", instructionsOf(host, () => host.collect())],
  ];
}

/** Gives the lock's answer to a phone that shakes hands; what it returns seals a message and opens it again. */
function handshakeOf(crypto: Crypto): () => (plaintext: Bytes) => Bytes {
  const random = new Stream(1, "handshake");
  const identity = openIdentity(crypto, new MemoryConstants(), random);
  const ephemeral = new Uint8Array(KEY_BYTES);
  random.fill(ephemeral);
  const phone = createHandshake(crypto, {
    pattern: "NK",
    isInitiator: true,
    prologue: phonePrologue(identity.lockId),
    ephemeral,
    remoteStatic: identity.agreementKey,
  });
  const frame = encodeHandshake(FRAME_NK_1, 1, phone.writeMessage(new Uint8Array(0)));
  const key = ephemeral;
  return () => {
    answerHandshake(frame, { crypto, random, identity, isAdopted: true, now: millis(0) });
    return (plaintext) => {
      const keys = { sendKey: key.slice(), receiveKey: key.slice() };
      const cipher = createCipher(crypto, { session: 1, keys, mode: "commands" });
      return cipher.open(cipher.seal(plaintext));
    };
  };
}

function appendOf(crypto: Crypto): () => unknown {
  const lockId = openIdentity(crypto, new MemoryConstants(), new Stream(1, "journal")).lockId;
  const geometry = { firstSector: 0, sectors: [3, 3, 3] as const, snapshotSectors: 3, payloadBytesMax: 2_048 };
  const state = emptyState();
  const journal = Journal.open({
    crypto,
    flash: new FastFlash(15),
    geometry,
    lockId,
    isPowerOn: false,
    restore: () => {},
    visit: () => {},
    image: (writer) => writeImage(writer, crypto, state),
  });
  const { region, type } = placeOf("intent");
  const name = new Uint8Array(8);
  const spends = [{ link8: name, used: 1, until: seconds(1) }];
  const payload = encodeEntry({ kind: "intent", operation: 0, source: "phone", actor: name, root: name, spends });
  return () => journal.append(region, type, payload, { lo: seconds(1), width: seconds(60) });
}

/** Flash without physics: what a part costs is not the lock's. */
class FastFlash implements Flash {
  readonly sectorBytes = SECTOR_BYTES;
  readonly sectors: number;
  readonly #cells: Bytes;

  constructor(sectors: number) {
    this.sectors = sectors;
    this.#cells = new Uint8Array(SECTOR_BYTES * sectors).fill(0xff);
  }

  read(offset: number, target: Bytes): void {
    target.set(new Uint8Array(this.#cells.buffer, offset, target.length));
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#cells.set(bytes, offset);
  }

  erase(sector: number): void {
    this.#cells.fill(0xff, sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
  }
}
