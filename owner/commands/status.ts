// `latchkey status`: how the lock is, as it tells its owner.
// Why: an owner who is away asks whether the door is locked, and is told what the lock knows and what it does not.
// Follows docs/protocol.cddl, `status`.

import { crypto } from "#crypto";
import { fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { ACCESS } from "../../firmware/journal/record.ts";
import type { Status } from "../../firmware/link/message.ts";
import { parseVersion } from "../../firmware/link/version.ts";
import { seconds } from "../../firmware/platform.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { isCheckpointOf } from "../archive.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { boardObject, sayBoard } from "../enrolment.ts";
import { EXIT } from "../failure.ts";
import { presentSeconds, sayDuration, sayMoment } from "../moment.ts";
import { asOwner, readStatus } from "../ownership.ts";
import type { OwnedLock } from "../person.ts";
import { sayCounts } from "../revocation.ts";
import { settingsObject } from "../settings.ts";
import { counted, printable } from "../terminal.ts";
import { sayRunning } from "./reset.ts";
import { networkObject, sayNetwork } from "./wifi.ts";

/** Above so many records the owner is asked to fetch them: a third of what a lock holds. */
const WAITING_MAX = 3_000;
/** The clock may lie this far off before it is worth a word. */
const CLOCK_SECONDS_MAX = 300;
/** What the lock gives away to wrong codes at once: 1 in 10,000, in units of 1e-12. */
const BUDGET_UNITS = 100_000_000;

/** The command `status`. */
export const status: Command = {
  name: "status",
  summary: "Ask a lock how it is: bolt, door, clock, battery, journal",
  positionals: [],
  options: {
    lock: { value: "NAME", help: "which lock, where you own several" },
    at: { value: "HOST:PORT", help: "where the lock is reached, or serial:PORT" },
  },
  help: [
    "Only an owner is told. What the lock does not know, such as its bolt after a cut of power, it calls unknown.",
    "Only the image of a board names the commits that it was built of, in two lines; any other, such as that of the house of",
    '"npm start", gives a release alone, and --json then has null for "firmware".',
  ],
  examples: ["status", "status --json"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { found, kid, farewell } = await asOwner(call, keystore, lock, async ({ conversation, signer }) => {
    const answer = await conversation.ask({ kind: "farewell" });
    // Its own word is no former lock's: power was cut before a reset was decided, and the lock is who it was.
    const isFormer = answer.kind === "checkpoint" && !isCheckpointOf(fromBase64url(lock.signingKey), answer.message);
    const farewell = isFormer ? toBase64url(answer.message) : undefined;
    return { found: (await readStatus(conversation, signer)).status, kid: signer.kid, farewell };
  });
  for (const line of sayStatus(found, lock, { kid, farewell })) call.terminal.say(line);
  return { exit: EXIT.OK, json: { ...statusObject(found, lock), farewell: farewell ?? null } };
}

/** @param of whoever asks, and the last word of a lock that this one was */
function sayStatus(
  found: Status,
  lock: OwnedLock,
  of: { readonly kid: Uint8Array; readonly farewell: string | undefined },
): string[] {
  const { bolt, contact, mode, batteryMillivolts, firmwareVersion, boots, liveCounters } = found;
  const version = parseVersion(firmwareVersion);
  const named = version === undefined ? `, firmware ${printable(firmwareVersion)}` : "";
  const lines = [
    `Lock:        ${printable(lock.name)} (${lock.id})${named}, started ${boots === 1 ? "once" : `${boots} times`}`,
  ];
  if (version !== undefined) {
    const changed = version.isChanged ? ", changed before it was built" : "";
    lines.push(`Firmware:    ${version.release}, built of commit ${version.commit}${changed}`);
    lines.push(`SDK:         Moddable, commit ${version.sdkCommit}`);
  }
  lines.push(`Bolt:        ${bolt}${found.isVisitOpen ? ", a visit is going on" : ""}`);
  lines.push(`Door:        ${contact}`);
  lines.push(`Mode:        ${mode}`);
  lines.push(
    `Power:       ${batteryMillivolts === 0 ? "mains" : `battery, ${(batteryMillivolts / 1_000).toFixed(2)} V`}`,
  );
  lines.push(`Clock:       ${sayClock(found, lock)}`);
  lines.push(`Wi-Fi:       ${sayNetwork(found.network)}`);
  const journal = found.isJournalWhole
    ? "whole"
    : 'DAMAGED: guests are refused; run "latchkey log", then "latchkey config --acknowledge"';
  lines.push(
    `Journal:     ${found.isJournalWritable ? journal : `${journal}; it cannot be written: have the board changed`}`,
  );
  lines.push(`Fetched:     ${sayFetched(found)}`);
  const ends = found.heads.map(({ lastSeq }) => lastSeq);
  lines.push(
    `Records:     ${ends[1]} of access, ${ends[0]} of state, ${counted(ends[2] ?? 0, "notice")}; it counts the uses of ${counted(liveCounters, "grant")}`,
  );
  lines.push(`Owners:      ${found.owners.length}`);
  lines.push(`Boards:      ${found.boards.map(sayBoard).join("; ") || "none"}`);
  lines.push(`Codes:       ${sayCodes(found.codes)}`);
  lines.push(`Taken back:  ${sayRevocation(lock, countOthers(found, of.kid))}`);
  if (found.resetSeconds > 0) lines.push(`RESET:       ${sayRunning(found.resetSeconds)}`);
  if (of.farewell !== undefined)
    lines.push(`Before:      it was another lock, and was reset; its last signed word is in "latchkey status --json"`);
  return lines;
}

/** Says who makes window codes, and what guessing has left. */
function sayCodes({ budget, secrets, pausedDigits }: Status["codes"]): string {
  const makers =
    secrets.length === 0
      ? "no owner makes window codes"
      : `${counted(secrets.length, "owner")} make${secrets.length === 1 ? "s" : ""} window codes`;
  const left = `${Math.floor((100 * budget) / BUDGET_UNITS)} % of the guesses are left`;
  if (pausedDigits.length === 0) return `${makers}; ${left}`;
  return `${makers}; ${left}, so codes of ${pausedDigits.join(", ")} digits are NOT TESTED for now: somebody guesses`;
}

/** Says what the lock would have to overwrite if it ran out of room: it refuses guests before. */
function sayFetched({ heads, fetchedSeq }: Status): string {
  const waiting = (heads[ACCESS]?.lastSeq ?? 0) - fetchedSeq;
  if (waiting <= 0) return "every record of the door";
  const rest = waiting > WAITING_MAX ? ': run "latchkey log" soon, since a full lock refuses guests' : "";
  return `all but the last ${counted(waiting, "record")} of the door${rest}`;
}

/** How many owners besides have taken something back at that lock. */
function countOthers({ owners }: Status, mine: Uint8Array): number {
  return owners.filter(({ kid, revocationSeq }) => revocationSeq > 0 && !crypto.isEqual(kid, mine)).length;
}

/** Says whether the lock holds the revocations that were signed here, and whether it holds others': those it shows nobody. */
function sayRevocation({ revocation, confirmedRevocationSeq }: OwnedLock, others: number): string {
  const beside =
    others === 0
      ? ""
      : others === 1
        ? "; another owner has a list there too"
        : `; ${others} other owners have lists there too`;
  if (revocation.seq === 0) return others === 0 ? "nothing" : `nothing by you${beside}`;
  const { generation } = revocation;
  const parts = [sayCounts(revocation)];
  if (generation > 0) parts.push("all grants from before the last --all");
  return `${parts.join(", ")}${confirmedRevocationSeq >= revocation.seq ? ", confirmed by the lock" : "; NOT CONFIRMED by the lock"}${beside}`;
}

function sayClock({ timeLow, timeHigh }: Status, lock: OwnedLock): string {
  if (timeLow === undefined || timeHigh === undefined) {
    return 'unknown, so nothing that is bound to time opens: run "latchkey time"';
  }
  const zone = parseZone(lock.zone);
  const middle = seconds(Math.round((timeLow + timeHigh) / 2));
  const ahead = middle - presentSeconds();
  const off = `${sayDuration(Math.abs(ahead))} ${ahead > 0 ? "ahead of" : "behind"} this computer's`;
  // Forwards it follows its owner's word; backwards only with somebody inside.
  const way = ahead > 0 ? '"latchkey time --back", with a press of the button inside' : '"latchkey time"';
  const remark = Math.abs(ahead) > CLOCK_SECONDS_MAX ? `; that is ${off}: where yours is right, run ${way}` : "";
  return `${sayMoment(zone, middle)}, give or take ${sayDuration(Math.ceil((timeHigh - timeLow) / 2))}${remark}`;
}

function statusObject(found: Status, lock: OwnedLock): Record<string, unknown> {
  const { configuration, timeLow, timeHigh, ...rest } = found;
  return {
    lockId: lock.id,
    name: lock.name,
    ...rest,
    firmware: parseVersion(rest.firmwareVersion) ?? null,
    timeLow: timeLow ?? null,
    timeHigh: timeHigh ?? null,
    heads: found.heads.map(({ region, lastSeq, link }) => ({ region, lastSeq, link: toBase64url(link) })),
    owners: found.owners.map(({ kid, ...owner }) => ({ kid: toBase64url(kid), ...owner })),
    boards: found.boards.map(boardObject),
    network: networkObject(found.network),
    codes: {
      ...found.codes,
      secrets: found.codes.secrets.map(({ owner, fingerprint }) => ({
        owner: toBase64url(owner),
        fingerprint: toBase64url(fingerprint),
      })),
    },
    recovery: found.recovery === undefined ? null : { kid: toBase64url(found.recovery.kid), seq: found.recovery.seq },
    configuration: settingsObject(configuration),
    revocation: { seq: lock.revocation.seq, confirmedSeq: lock.confirmedRevocationSeq },
  };
}
