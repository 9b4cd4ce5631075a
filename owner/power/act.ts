// `latchkey camera power`: when the camera's sensor had power, when it had none, and whether that can be believed.
// Why: a promise that a camera is off is nothing; a count without a gap, which the lock wrote down piece by piece, can be checked.
// Follows docs/protocol.md §9, "Power".

import { toBase64url } from "../../firmware/bytes.ts";
import { ACCESS } from "../../firmware/journal/record.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { shelfOf } from "../claim/make.ts";
import { isOpening } from "../claim/records.ts";
import type { Act, Call, Outcome } from "../command.ts";
import { renewLog } from "../commands/log.ts";
import { EXIT } from "../failure.ts";
import { readShelf } from "../keptlog.ts";
import { asViewer, LENS_OPTIONS } from "../lens.ts";
import { parseMoment, presentSeconds } from "../moment.ts";
import { askFrom, fetchRecords, readBook, saveBook } from "./book.ts";
import { judgePower, newestTold, tellingsOf } from "./judge.ts";
import { LIMIT, reachesTo, sayDoubt, sayPower, sayStretch, stretchObject, visitOf } from "./say.ts";

/** The act `camera power`. */
export const power: Act = {
  summary: "say when its sensor had power and when it had none, and hold that to the lock's log",
  positionals: [],
  options: { ...LENS_OPTIONS, since: { value: "MOMENT", help: "show what reaches to that time or beyond" } },
  run,
};

async function run(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  // The log first: the camera must have every record of which the lock was told.
  const { archive, story, camera } = await renewLog(call, keystore, lock);
  const log = readShelf(keystore, lock) ?? shelfOf(archive);
  // Behind the session, which may take over the zone that the door has now.
  const zone = parseZone(lock.zone);
  const wanted = call.option("since");
  const since = wanted === undefined ? 0 : parseMoment(wanted, { zone, now: presentSeconds() });
  const { verdict, cameraKey } = await asViewer(call, keystore, lock, async (looking) => {
    const { cameraKey } = looking;
    const of = { lockId: lock.id, cameraKey };
    const kept = readBook(keystore, of);
    const tellings = tellingsOf(log, cameraKey);
    const told = camera?.power;
    const heard = await fetchRecords(looking, askFrom(kept), newestTold(tellings, told) ?? 0);
    const verdict = judgePower({ ...of, kept, heard, tellings, told });
    saveBook(keystore, of, verdict.book);
    return { verdict, cameraKey };
  });
  const openings = new Set(log.access.filter(({ entry }) => isOpening(entry)).map(({ record }) => record.seq));
  const names = new Map(
    story.happenings
      .filter(({ region, seq, who }) => region === ACCESS && openings.has(seq) && who !== "")
      .map(({ seq, who }) => [seq, who]),
  );
  const { doubts } = verdict;
  const stretches = verdict.stretches.filter((stretch) => reachesTo(stretch, since));
  call.terminal.say(sayPower(verdict));
  for (const doubt of doubts) call.terminal.say(`  ${sayDoubt(doubt)}`);
  for (const stretch of stretches) call.terminal.say(sayStretch(stretch, { zone, names }));
  call.terminal.say(LIMIT);
  const json = {
    lockId: lock.id,
    cameraKey: toBase64url(cameraKey),
    verified: doubts.length === 0,
    doubts: doubts.map((doubt) => ({ ...doubt, says: sayDoubt(doubt) })),
    records: verdict.book.length,
    through: verdict.through ?? null,
    stretches: stretches.map((stretch) => {
      const visit = visitOf(stretch);
      return { ...stretchObject(stretch), ...(visit === undefined ? {} : { who: names.get(visit) ?? null }) };
    }),
    cannotProve: LIMIT,
  };
  return { exit: doubts.length === 0 ? EXIT.OK : EXIT.UNVERIFIED, json };
}
