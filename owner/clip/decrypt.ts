// `latchkey clip decrypt`: makes of an encrypted clip a film that any player shows.
// Why: a key on paper, a copy from a cloud and this command are enough, with no camera and no lock; so is age itself.
// Follows C2SP age v1.

import { existsSync } from "node:fs";
import type { Act, Call, Outcome } from "../command.ts";
import { EXIT, usage } from "../failure.ts";
import { PartFile } from "../output.ts";
import { printable } from "../terminal.ts";
import { identitiesOf, OPENING_OPTIONS } from "./key.ts";
import { unseal } from "./unseal.ts";
import { isAge, piecesOf } from "./verify.ts";

/** The act `clip decrypt`. */
export const decrypt: Act = {
  summary: "make of an encrypted clip a film that any player shows",
  positionals: ["FILE"],
  options: { out: { value: "FILE", help: "where the film goes" }, ...OPENING_OPTIONS },
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [file = ""] = call.positionals;
  const out = call.required("out", '"--out film.mkv"');
  if (existsSync(out)) throw usage(`${printable(out)} is there already: give another name, so that nothing is lost.`);
  if (!isAge(file)) throw usage(`${printable(file)} is not encrypted with age: a film that is open needs no key.`);
  const identities = await identitiesOf(call);
  let film: PartFile | undefined;
  let bytes = 0;
  let isWhole = false;
  try {
    isWhole = await unseal(piecesOf(file), identities, (piece) => {
      film ??= new PartFile(out);
      film.write(piece);
      bytes += piece.length;
    });
    film?.finish();
  } catch (error) {
    film?.drop();
    throw error;
  }
  const written = film === undefined ? "Nothing could be read" : `${printable(out)}: ${bytes} bytes`;
  if (isWhole)
    call.terminal.say(`${written}, whole. Whether it is as the camera signed it says "latchkey clip verify".`);
  else call.terminal.say(`${written}. There the file was cut or damaged: what is behind it is lost.`);
  return { exit: isWhole ? EXIT.OK : EXIT.UNVERIFIED, json: { bytes, isWhole } };
}
