// Who owns each attack: reads the list of attacks, the page that names an owner for each, and the checks that there are.
// Why: an attack that nobody owns is forgotten, and a page that claims a check which is not there is worse than none.
// Pure: it is given texts and answers with a list of faults, so that a test can feed it bad ones.

/** The parts that are still to come, as docs/security.md calls them; `boards` are the images that flash. */
export const LATER_PARTS = Object.freeze(["keypad and codes", "camera", "boards", "phone page", "MQTT and updates"]);

const ROW = /^\| (T\d\d) \|(.*)\|$/gm;
const CHECK = /^\[(t\d\d)\.ts\]\(\.\.\/simulator\/attacks\/(t\d\d)\.ts\)$/;

/** Gives the last cell of each row that begins with an id, in order: `[id, cell]`. */
function rowsOf(page) {
  return [...page.matchAll(ROW)].map(([, id, cells]) => [id, cells.split("|").at(-1).trim()]);
}

/** Gives the id of the check that a cell names; undefined where it names none. */
function checkOf(cell) {
  const [, name, file] = CHECK.exec(cell) ?? [];
  return name === file ? name?.toUpperCase() : undefined;
}

function isLater(cell) {
  return LATER_PARTS.some((part) => cell.startsWith(`${part}: `) && cell.length > part.length + 2);
}

function idFaults(listed, owned) {
  const ids = listed.map(([id]) => id);
  const owners = owned.map(([id]) => id);
  const twice = [...new Set([...ids.filter((id, at) => ids.indexOf(id) !== at), ...repeated(owners)])];
  return [
    ...ids.filter((id) => !owners.includes(id)).map((id) => `${id} has no owner`),
    ...owners.filter((id) => !ids.includes(id)).map((id) => `${id} is not in the list of attacks`),
    ...twice.map((id) => `${id} stands twice`),
  ];
}

function repeated(ids) {
  return ids.filter((id, at) => ids.indexOf(id) !== at);
}

/** Gives the faults, a sentence each.
 *  @param attacks the text of docs/attacks.md; security: that of docs/security.md; checks: the ids in all.ts */
export function ownerFaults({ attacks, security, checks }) {
  const listed = rowsOf(attacks);
  const owned = rowsOf(security);
  const faults = idFaults(listed, owned);
  const named = new Set();
  for (const [id, cell] of owned) {
    const check = checkOf(cell);
    if (check !== undefined) named.add(check);
    if (check !== undefined && check !== id) faults.push(`${id} is owned by the check ${check}`);
    else if (check === undefined && !isLater(cell)) faults.push(`${id} has no owner that is known: ${cell || "none"}`);
    const other = listed.find(([listedId]) => listedId === id)?.[1];
    const claimed = check === undefined ? "" : cell;
    if (other !== undefined && other !== claimed)
      faults.push(`${id} is owned otherwise in the list: ${other || "none"}`);
  }
  for (const check of named) if (!checks.includes(check)) faults.push(`${check} is no check that there is`);
  for (const check of checks) if (!named.has(check)) faults.push(`${check} is a check that the page does not name`);
  return faults;
}
