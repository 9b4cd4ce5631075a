// T50, a delegate who mints: hundreds of links of one use each, and links that carry another's identifier.
// Follows docs/protocol.md §2.2: counters by the hash of a signed link, at most 16 under a root.

import { type Attack, adopted, must } from "./attack.ts";

const MINTED = 200;
const PER_ROOT_MAX = 16;
const FLASH_RECORDS_MAX = 120;

export const attack: Attack = {
  id: "T50",
  claim:
    "a delegate's links have room for 16 counters, spend nothing when refused, and share no count by a reused name",
  run: (factory) => {
    const desk = adopted(factory);
    const company = desk.person("company");
    const root = desk.grant({ to: company, depth: 1, uses: 60_000 });
    const before = desk.journal().length;
    let opened = 0;
    for (let number = 0; number < MINTED; number++) {
      const link = desk.delegate(root, { to: desk.person(`mule ${number % 20}`), uses: 1 });
      if (desk.open(link) === "yes") opened++;
      desk.passTime(35);
    }
    // The root has a counter of its own.
    must(opened === PER_ROOT_MAX - 1, "minted links have room for 16 counters with the root's");
    const used = desk.entries("intent").flatMap(({ spends }) => spends);
    must(used.length === 2 * opened, "a refusal spends nothing");
    must(desk.journal().length - before < FLASH_RECORDS_MAX, "minting does not flush the journal");
    const neighbour = desk.grant({ to: desk.person("neighbour"), uses: 1 });
    must(desk.open(neighbour) === "yes", "other roots have their room");
    desk.passTime(35);

    // Another holder's identifier, copied into one's own link: neither spends the other's uses.
    const identifier = new Uint8Array(8).fill(0x50);
    const shared = desk.grant({ to: company, depth: 1 });
    const [victim, copy] = ["victim", "mule"].map((name) => {
      return desk.delegate(shared, { to: desk.person(name), identifier, uses: 1 });
    });
    must(desk.open(copy) === "yes", "the copy's own use");
    desk.passTime(35);
    must(desk.open(victim) === "yes", "the victim's use is still there");
    desk.passTime(35);
    must(desk.open(copy) === "no" && desk.open(victim) === "no", "and each had one");
  },
};
