// T33, a stolen token (Kwikset Halo's app, August's logs): the thief has the courier's grant, byte for byte, and not the key.
// Follows RFC 8747 §3.4 and docs/protocol.md §2.2, step 3.

import { link8Of } from "../../firmware/grant/chain.ts";
import { type Attack, adopted, must, opens } from "./attack.ts";

export const attack: Attack = {
  id: "T33",
  claim: "a grant without its holder's key opens nothing, whole, by name, or handed on",
  run: (factory) => {
    const desk = adopted(factory);
    const { crypto } = desk;
    const courier = desk.person("courier");
    const thief = desk.person("thief");
    const token = desk.grant({ to: courier, depth: 1 });
    const stolen = { leaf: token.leaf, holder: thief };
    must(!opens(desk, () => desk.open(stolen)), "with the thief's signature");
    must(!opens(desk, () => desk.open(desk.delegate(stolen, { to: thief }))), "handed on by the thief");
    must(!opens(desk, () => desk.open(stolen, desk.owner)), "with an owner's signature");
    must(desk.open(token) === "yes", "the courier opens");
    desk.passTime(60);
    // Now the lock knows the grant by its name.
    const reference = link8Of(crypto, token.leaf);
    const caller = desk.call();
    const byName = () => caller.send(caller.phone.prove({ operation: 0, by: { reference } }, thief.sign).frame);
    must(!opens(desk, byName), "by its name, with the thief's signature");
    const empty = desk.hostile();
    must(empty.shake(), "the lock answers");
    const proof = empty.proof(token, 0);
    must(!opens(desk, () => empty.prove(1, proof.fill(0, proof.length - 64))), "with no signature at all");
    must(desk.open(token) === "yes", "the courier opens");
  },
};
