// T09, a revoked guest who goes on (Master Lock, Ho et al.): the list is kept from the lock, the lock is cut off, its power is
// cut, and an older list is played again.
// Follows docs/protocol.md §2.3, "Revocation": whoever holds the newer list refuses; who does not, until the grant expires.

import { link8Of } from "../../firmware/grant/chain.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Token } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { type Attack, adopted, must } from "./attack.ts";

const HOUR_SECONDS = 3_600;

function revoke(desk: Desk, tokens: readonly Token[]) {
  const revoked = new Uint8Array(tokens.flatMap(({ leaf }) => [...link8Of(desk.crypto, leaf)]));
  return desk.revocations({ revoked, untils: tokens.map(() => seconds(desk.time + HOUR_SECONDS)) });
}

export const attack: Attack = {
  id: "T09",
  claim:
    "the lock refuses what its newest list takes back, whoever brought it; what it was not told ends with the grant",
  run: (factory) => {
    const desk = adopted(factory, { sectors: [48, 24, 3] });
    const expiry = seconds(desk.time + HOUR_SECONDS);
    const tokens = ["sitter", "cleaner"].map((name) => desk.grant({ to: desk.person(name), expiry }));
    const [sitter, cleaner] = tokens;
    const opens = (token: Token) => {
      const verdict = desk.open(token);
      desk.passTime(60);
      return verdict === "yes";
    };
    const first = revoke(desk, [cleaner]);
    const second = revoke(desk, tokens);
    // Nobody has told the lock yet, and it says so.
    must(opens(sitter), "a list that nobody brought changes nothing");
    const told = () => {
      const session = desk.ownerSession();
      const answer = session.ask({ kind: "status" });
      session.leave();
      return answer?.kind === "status" ? answer.status.owners[0].revocationSeq : -1;
    };
    must(told() === 0, "the lock says that it holds no list");
    // The sitter's own phone carries it, unknowing.
    const carrier = desk.call();
    must(carrier.carry(second) === "yes", "anybody may carry a list");
    carrier.leave();
    must(told() === newest(desk), "the lock says that it holds the list");
    must(!opens(sitter), "taken back");
    must(!opens(desk.delegate({ ...sitter }, { to: desk.person("friend") })), "handed on after it was taken back");
    const again = desk.call();
    must(again.carry(first) !== "yes", "an older list");
    again.leave();
    must(!opens(sitter), "after an older list");
    // The power goes while the next list is written, at each of its words: the former list stands, or the new one.
    for (let words = 0; words < 40; words += 3) {
      const list = revoke(desk, tokens);
      const caller = desk.call();
      desk.flash.cutAfterWords(words);
      caller.carry(list);
      desk.reboot();
      must(desk.state({ kind: 12, isBackwards: false }) === "yes", "the owner tells the time");
      must(!opens(sitter), "after a power cut in the middle of a list");
    }
    // What the lock was not told ends by itself.
    const late = desk.grant({ to: desk.person("late"), expiry: seconds(desk.time + HOUR_SECONDS) });
    revoke(desk, [late]);
    must(opens(late), "a list on its way counts nothing");
    desk.passTime(HOUR_SECONDS);
    must(!opens(late), "past the grant's own end");
  },
};

/** The number of the newest list that the owner has signed. */
function newest({ owner }: Desk): number {
  return owner.revocationSequence;
}
