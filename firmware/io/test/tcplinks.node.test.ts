// Goal: tcplinks.c and what stands around it, unchanged, hold their promises over lwIP itself, whatever those who dial do.
// Method: simulator/lan/ordeal.c with the compiler's checks of memory and undefined behaviour, a million steps by a seed; the same with
// a thread of lwIP's own and its check of races; and bugs planted in copies of the files, the SDK's among them, each of which must be
// found. Numbers come again after 200 others here, so that this is tried too. Where lwIP's sources are not at hand it is left out, which
// is said.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { lwipSources } from "../../../simulator/xs/build.mjs";
import { lanIncludes, lwipFiles } from "../../../simulator/xs/lwip.mjs";
import { COMPILER, copyOurs, flagsWith, type Plant, run, works } from "./ordeal.node.ts";

const STEPS = 1_000_000;
const SEED = 1;
const PLANT_SEEDS = [1, 2, 3];
const THREAD_STEPS = 60_000;
/** As many as found each plant below several times over. */
const PLANT_STEPS = 60_000;

const OURS = ["tcplinks.c", "tcptable.c", "tcpcalls.c", "tcplinks.h", "tcptable.h", "tcpcalls.h"];
const DESK = [
  ...["wire.c", "callers.c", "ordeal.c", "strangers.c", "house.c"].map((name) => `simulator/lan/${name}`),
  "simulator/radio/trial.c",
];

interface Kind {
  readonly name: "alone" | "threads";
  readonly flags: readonly string[];
  readonly system: string;
}

const ALONE: Kind = { name: "alone", flags: ["-fsanitize=address,undefined"], system: "simulator/lan/desk.c" };
const THREADS: Kind = {
  name: "threads",
  flags: ["-fsanitize=thread", "-DLATCHKEY_THREADS"],
  system: "simulator/lan/threads.c",
};

const PLANTS: readonly (Plant & { readonly claim: string })[] = [
  {
    claim: "an error that nobody hears once the other end has ended, as in the SDK's class",
    file: "tcplinks.c",
    find: "link->isEnded = true;",
    replace: "link->isEnded = true, tcp_err(pcb, NULL);",
  },
  {
    claim: "somebody who waits and whose reset nobody hears, as in the SDK's class",
    file: "tcplinks.c",
    find: "tcp_err(pcb, onError);",
    replace: "",
  },
  {
    claim: "an error that is heard after the link was ended",
    file: "tcplinks.c",
    find: "tcp_err(pcb, NULL);\n\ttcp_arg(pcb, NULL);",
    replace: "tcp_arg(pcb, NULL);",
  },
  {
    claim: "a pcb that is left to wait for two minutes",
    file: "tcplinks.c",
    find: "tcp_send_empty_ack(pcb);\n\tcut(link);\n\treturn ERR_ABRT;",
    replace: "(void)pcb;\n\t(void)link;\n\treturn ERR_OK;",
  },
  {
    claim: "a pcb that is freed, and lwIP is not told",
    file: "tcplinks.c",
    find: "tcp_send_empty_ack(pcb);\n\tcut(link);\n\treturn ERR_ABRT;",
    replace: "tcp_send_empty_ack(pcb);\n\tcut(link);\n\treturn ERR_OK;",
  },
  {
    claim: "a buffer that does not go round its end",
    file: "tcplinks.c",
    find: "pbuf_copy_partial(packet, link->bytes, (uint16_t)(packet->tot_len - run), run);",
    replace: "",
  },
  {
    claim: "a read that gives no window back",
    file: "tcplinks.c",
    find: "tcp_recved(link->pcb, length);",
    replace: ";",
  },
  {
    claim: "what was refused before a link was open, and is not asked for",
    file: "tcplinks.c",
    find: "if (link->bytes == NULL || packet->tot_len > TCP_WND - link->size)\n\t\t\treturn ERR_MEM;",
    replace: "if (link->bytes == NULL) {\n\t\t\tpbuf_free(packet);\n\t\t\treturn ERR_OK;\n\t\t}",
  },
  {
    claim: "who waits at a listener that is closed",
    file: "tcplinks.c",
    find: "for (Link *link = tcpTableFirstWaiting(listener); link != NULL; link = tcpTableFirstWaiting(listener))\n\t\tcut(link);",
    replace: "",
  },
  {
    claim: "a closed link whose other end never goes",
    file: "tcplinks.c",
    find: "link->state == ENDING && ++link->polls >= ENDING_POLLS_MAX",
    replace: "link->state == ENDING && ++link->polls == 0",
  },
  {
    claim: "a wake that was lost and is not tried again",
    file: "tcplinks.c",
    find: "sys_timeout(WAKE_RETRY_MILLIS, onWakeRetry, NULL);",
    replace: "(void)onWakeRetry;",
  },
  {
    claim: "events that the last wake left, and nobody is woken for",
    file: "tcplinks.c",
    find: "isAwake = false;\n\twake();",
    replace: "isAwake = false;",
  },
  {
    claim: "room for more than lwIP takes",
    file: "tcptable.c",
    find: "return room < tcp_sndbuf(pcb) ? room : tcp_sndbuf(pcb);",
    replace: "return (void)room, tcp_sndbuf(pcb);",
  },
  {
    claim: "an end that is told before the last bytes",
    file: "tcptable.c",
    find: "link->size == 0 && !link->hasFailed",
    replace: "!link->hasFailed",
  },
  {
    claim: "an end that is told twice",
    file: "tcptable.c",
    find: "link->size == 0 && !link->hasFailed",
    replace: "link->size == 0",
  },
  {
    claim: "a number that two have",
    file: "tcptable.c",
    find: "while (isNumberTaken(lastNumber));",
    replace: "while (isNumberTaken(0) && false);",
  },
  {
    claim: "a place that is taken from somebody who is there",
    file: "tcptable.c",
    find: "if (link->state == ENDING && (oldest == NULL || link->polls > oldest->polls))",
    replace: "if (oldest == NULL || link->polls > oldest->polls)",
  },
];

const { folder: lwip, missing } = works
  ? await lwipSources()
  : { folder: undefined, missing: "a C compiler on Linux is missing" };
const folder = mkdtempSync(join(tmpdir(), "latchkey-tcp-"));
test.after(() => rmSync(folder, { recursive: true }));

function flagsFor(kind: Kind, ours: string, sources: string): string[] {
  const folders = [...lanIncludes(sources), "simulator/radio", ours];
  return flagsWith(["-DLATCHKEY_TCP_NUMBER_MAX=200", ...kind.flags], folders);
}

/** The objects of what stands around our files, lwIP's among them; built once. */
function around(kind: Kind, sources: string): string[] {
  const rows = [
    ...[...DESK, kind.system].map((source) => ({ source, more: ["-Werror"] })),
    ...lwipFiles(sources).map((source) => ({ source, more: ["-w"] })),
  ];
  return rows.map(({ source, more }) => {
    const object = join(folder, `${kind.name}-${basename(source)}.o`);
    if (!existsSync(object)) {
      const words = [...flagsFor(kind, "firmware/io", sources), ...more, "-c", source, "-o", object];
      execFileSync(COMPILER, words, { stdio: "pipe" });
    }
    return object;
  });
}

/** Builds the ordeal over a copy of our files, with a mistake in it or none. @returns the program's path */
function build(name: string, kind: Kind, plant?: Plant): string {
  assert.ok(lwip !== undefined);
  const copies = copyOurs(join(folder, name), OURS, plant);
  const program = join(copies, "ordeal");
  const sources = OURS.filter((file) => file.endsWith(".c")).map((file) => join(copies, file));
  const words = [...flagsFor(kind, copies, lwip), plant === undefined ? "-Werror" : "-w", ...sources];
  execFileSync(COMPILER, [...words, ...around(kind, lwip), "-o", program, "-lpthread"], { stdio: "pipe" });
  return program;
}

if (lwip !== undefined) {
  test("holds over a million steps, with no fault of memory", () => {
    const { status, output } = run(build("whole", ALONE), "alone", SEED, STEPS);
    assert.is(status, 0, output);
    const [strangers, opened] = [/strangers (\d+)/, /opened (\d+)/].map((pattern) => Number(pattern.exec(output)?.[1]));
    assert.ok(strangers > 20_000 && opened > 8_000, output);
  });

  test("holds beside a thread of lwIP's own, with no race", () => {
    const { status, output } = run(build("beside", THREADS), "threads", SEED, THREAD_STEPS);
    assert.is(status, 0, output);
  });

  test("what is asked on another thread than lwIP's would be seen", () => {
    const { status, output } = run(
      build("race", THREADS, {
        file: "tcpcalls.c",
        find: "tcpip_api_call(ask, &question->call);",
        replace: "ask(&question->call);",
      }),
      ...["threads", SEED, THREAD_STEPS],
    );
    assert.is.not(status, 0);
    assert.match(output, /not so/);
  });

  for (const [index, plant] of PLANTS.entries()) {
    test(`finds ${plant.claim}`, () => {
      const program = build(`plant-${index}`, ALONE, plant);
      const found = PLANT_SEEDS.some((seed) => run(program, "alone", seed, PLANT_STEPS).status !== 0);
      assert.ok(found, plant.claim);
    });
  }
} else {
  console.log(`the ordeal of tcplinks.c (${missing}) left out`);
  test("CI has what the ordeal of tcplinks.c wants", () => assert.is.not(process.env["CI"], "true"));
}

test.run();
