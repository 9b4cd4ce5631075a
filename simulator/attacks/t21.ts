// T21, parser bugs (Nuki CVE-2022-32502 and 32504): malformed messages behind a handshake, made from good ones.
// Follows docs/protocol.md §1: bounds, depth, one form. The long corpora are simulator/fuzz/.

import type { Bytes } from "../../firmware/bytes.ts";
import { issueLink } from "../../firmware/grant/issue.ts";
import { encodeRequest } from "../../firmware/link/message.ts";
import { Stream } from "../random.ts";
import { type Attack, adopted, must } from "./attack.ts";

const SEED = 0x721;
const MUTATIONS = 600;
/** What a request can carry. */
const INSIDE_BYTES_MAX = 1_500;

/** Shapes that have broken parsers before. */
function corpus(): readonly Bytes[] {
  const nested = (byte: number, depth: number) => new Uint8Array(depth).fill(byte);
  const shapes = [[], [0xff], [0x9f], [0xbf], [0x5f], [0xfb], [0xf6], [0xc2, 0x41, 1], [0x9b, ...nested(0xff, 8)]];
  const heads = [
    [0x83, 1, 1, 0x5a, 0xff, 0xff, 0xff, 0xff],
    [0x83, 1, 1, 0x59, 0xff, 0xff],
    [0x83, 1, 1, 0x40],
    [0x83, 2, 1, 0x41, 0xd2],
    [0x83, 1, 1, 0x44, 0xd2, 0x84, 0x40, 0xa0],
    [0x9a, 0xff, 0xff, 0xff, 0xff],
    [0x82, 0x1b, ...nested(0xff, 8), 1],
    [0x84, 17, 1, 0, 0xba, 0xff, 0xff, 0xff, 0xff],
    [0x84, 17, 1, 0, 0xa1, 0, ...nested(0x81, 64), 0],
    [0x84, 4, 1, 3, 0],
  ];
  const deep = [0x81, 0xa1, 0x82, 0xd2].flatMap((byte) => [12, 13, 200, 2_300].map((depth) => nested(byte, depth)));
  return [...[...shapes, ...heads].map((shape) => new Uint8Array(shape)), ...deep];
}

function mutate(random: Stream, good: Bytes): Bytes {
  const at = random.below(good.length);
  switch (random.below(5)) {
    case 0:
      return good.slice(0, at);
    case 1:
      return new Uint8Array([...good.subarray(0, at), random.below(256), ...good.subarray(at)]);
    case 2:
      return new Uint8Array([...good.subarray(0, at), ...good.subarray(at + 1)]);
    case 3: {
      const changed = good.slice();
      changed[at] = random.below(256);
      return changed;
    }
    default: {
      const spliced = good.slice();
      spliced.copyWithin(at, random.below(good.length));
      return spliced;
    }
  }
}

/** Whether the end of a message is a good proof after all: another number before it makes it no worse, and it may open. */
function isWhole(message: Bytes, proof: Bytes): boolean {
  const start = message.length - proof.length;
  return start >= 0 && proof.every((byte, index) => message[start + index] === byte);
}

export const attack: Attack = {
  id: "T21",
  claim: "malformed messages throw nothing past the edge, open nothing, and the lock serves the next one",
  run: (factory) => {
    const desk = adopted(factory);
    const random = new Stream(SEED, "T21");
    const [company, courier] = [desk.person("company"), desk.person("courier")];
    const root = desk.grant({ to: company, depth: 2, uses: 9, weeklies: [127, 0, 1_440] });
    const claims = { identifier: new Uint8Array(8), key: courier.publicKey };
    const leaf = issueLink(
      issueLink(root.leaf, { ...claims, key: company.publicKey, depth: 1 }, company.sign),
      claims,
      company.sign,
    );
    const token = { leaf, holder: courier };
    const retractions = desk.rig.retractions;
    const tell = (make: (good: Bytes) => Bytes, kind: "prove" | "statement") => {
      // A handshake and three proofs, which count as one each.
      desk.passTime(1);
      const line = desk.hostile();
      must(line.shake(), "the lock answers");
      try {
        for (let id = 1; id <= 3; id++) {
          const proof = line.proof(token, 0);
          const inside = make(proof);
          if (!isWhole(inside, proof)) {
            line.say(
              inside.length === 0 ? inside : encodeRequest({ kind, id, message: inside.slice(0, INSIDE_BYTES_MAX) }),
            );
          }
          const request = encodeRequest({ kind, id: id + 10, message: proof });
          const outside = make(request);
          if (outside.length !== request.length || !isWhole(outside, proof)) line.say(outside);
        }
      } catch (error) {
        must(false, `nothing is thrown past the edge (seed ${SEED}): ${String(error)}`);
      }
      desk.hangUp(line);
    };
    for (const bytes of corpus()) tell(() => bytes, "prove");
    for (const bytes of corpus()) tell(() => bytes, "statement");
    for (let count = 0; count < MUTATIONS / 6; count++) tell((good) => mutate(random, good), "prove");
    must(desk.rig.retractions === retractions, `nothing opens (seed ${SEED})`);
    must(desk.entries("intent").length === 0, "nothing is spent");
    must(desk.open(token) === "yes", "the lock serves the next one");
  },
};
