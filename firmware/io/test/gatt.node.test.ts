// Goal: gatt.c and gattlinks.c, unchanged, hold their promises against phones and a stack that do anything in any order.
// Method: simulator/radio/ordeal.c with the compiler's checks of memory and undefined behaviour, a million steps by seeds; the same
// on two threads with its check of races; and bugs planted in copies of the two files, each of which must be found.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { COMPILER, copyOurs, flagsWith, type Plant, run, works } from "./ordeal.node.ts";

const STEPS = 1_000_000;
const SEED = 1;
const PLANT_SEEDS = [1, 2, 3];
const THREAD_STEPS = 60_000;
/** As many as found each plant below several times over. */
const PLANT_STEPS = 40_000;

const OURS = ["gatt.c", "gattlinks.c", "gattring.h", "gatt.h", "gattlinks.h"];
const PLAYED = ["nimble.c", "radio.c", "crowd.c", "keeper.c", "ordeal.c", "trial.c"].map(
  (name) => `simulator/radio/${name}`,
);
const folder = mkdtempSync(join(tmpdir(), "latchkey-gatt-"));
test.after(() => rmSync(folder, { recursive: true }));

function flagsFor(sanitizers: string, ours: string): string[] {
  return flagsWith([`-fsanitize=${sanitizers}`], ["simulator/radio/include", "simulator/radio", ours]);
}

/** The objects of what stands around our files; built once. */
function played(sanitizers: string): string[] {
  return PLAYED.map((source) => {
    const object = join(folder, `${sanitizers}-${basename(source)}.o`);
    if (!existsSync(object)) {
      const flags = [...flagsFor(sanitizers, "firmware/io"), "-Werror", "-c", source, "-o", object];
      execFileSync(COMPILER, flags, { stdio: "pipe" });
    }
    return object;
  });
}

/** Builds the ordeal over a copy of our files, with a mistake in it or none. @returns the program's path */
function build(name: string, sanitizers: string, plant?: Plant): string {
  const copies = copyOurs(join(folder, name), OURS, plant);
  const program = join(copies, "ordeal");
  const warnings = plant === undefined ? ["-Werror"] : ["-w"];
  const sources = [join(copies, "gatt.c"), join(copies, "gattlinks.c")];
  const flags = flagsFor(sanitizers, copies);
  execFileSync(COMPILER, [...flags, ...warnings, ...sources, ...played(sanitizers), "-o", program, "-lpthread"], {
    stdio: "pipe",
  });
  return program;
}

const PLANTS: readonly (Plant & { readonly claim: string })[] = [
  {
    claim: "a place that is given again before the lock heard of the end",
    file: "gattlinks.c",
    find: "if (link->isClosed || !link->isTold)\n\t\tlink->number = 0;",
    replace: "link->number = 0;",
  },
  {
    claim: "a ring that is written to when it is full",
    file: "gattlinks.c",
    find: " &&\n\t\tringHasRoom(&link->input, length);",
    replace: ";",
  },
  {
    claim: "an event of a handle that nobody has, as in the SDK's server",
    file: "gattlinks.c",
    find: "if (link != NULL && bytes > link->writeBytes)",
    replace: "if (bytes > link->writeBytes)",
  },
  {
    claim: "a fragment that is longer than the phone takes",
    file: "gattlinks.c",
    find: "length <= link->writeBytes;",
    replace: "length <= FRAGMENT_BYTES_MAX;",
  },
  {
    claim: "a ring whose records do not go round its end",
    file: "gattring.h",
    find: "memcpy(fragment + run, ring->bytes, length - run);",
    replace: "",
  },
  {
    claim: "a link that the lock closed and hears of again",
    file: "gattlinks.c",
    find: "if (link->number == 0 || link->isClosed)\n\t\treturn 0;",
    replace: "if (link->number == 0)\n\t\treturn 0;",
  },
  {
    claim: "a closed link that is never ended",
    file: "gattlinks.c",
    find: "isDue = link->lingerTicks == 0;",
    replace: "",
  },
  {
    claim: "a fragment that is lost for want of buffers",
    file: "gatt.c",
    find: "if (fault == BLE_HS_ENOMEM || fault == BLE_HS_EAGAIN || fault == BLE_HS_EBUSY)\n\t\treturn -1;",
    replace: "",
  },
  {
    claim: "a call of the stack that meets itself",
    file: "gatt.c",
    find: "if (isServing)\n\t\treturn;",
    replace: "",
  },
  {
    claim: "a place that became free and is not advertised",
    file: "gatt.c",
    find: "if (hasFreed)\n\t\tpokeHost();",
    replace: "",
  },
  {
    claim: "a phone whose end nobody told of, and that stays",
    file: "gatt.c",
    find: "if (!isThere)\n\t\tlinksLose(handle);",
    replace: "",
  },
  {
    claim: "a handle that another phone has by now",
    file: "gattlinks.c",
    find: "memcmp(former->peer, peer, sizeof former->peer) == 0 && ",
    replace: "",
  },
  {
    claim: "a link that is begun anew when the stack tells of it",
    file: "gattlinks.c",
    find: " && !(isTold && former->isMet))",
    replace: " && !isTold)",
  },
  {
    claim: "a wake that was lost and is not tried again",
    file: "gatt.c",
    find: "isWakeLost = true;",
    replace: "",
  },
  {
    claim: "events that the last wake left, and nobody is woken for",
    file: "gatt.c",
    find: "if (linksArePending())\n\t\tpokeHost();",
    replace: "",
  },
  {
    claim: "a new address while it advertises",
    file: "gatt.c",
    find: "if (ble_gap_adv_active() && ble_gap_adv_stop() != 0)\n\t\treturn false;",
    replace: "",
  },
  {
    claim: "the stack called on the lock's own task",
    file: "gatt.c",
    find: "linksClose(number);\n\tpokeHost();",
    replace: "linksClose(number);\n\tserve(false);",
  },
];

if (works) {
  test("holds over a million steps, with no fault of memory", () => {
    const program = build("alone", "address,undefined");
    const { status, output } = run(program, "alone", SEED, STEPS);
    assert.is(status, 0, output);
    const [phones, wrote] = [/phones (\d+)/, /wrote (\d+)/].map((pattern) => Number(pattern.exec(output)?.[1]));
    assert.ok(phones > 5_000 && wrote > 100_000, output);
  });

  test("holds on two threads, with no race", () => {
    const program = build("threads", "thread");
    const { status, output } = run(program, "threads", 1, THREAD_STEPS);
    assert.is(status, 0, output);
  });

  test("a race would be seen", () => {
    const program = build("race", "thread", {
      file: "gattlinks.c",
      find: "static portMUX_TYPE mutex = portMUX_INITIALIZER_UNLOCKED;",
      replace:
        "#undef portENTER_CRITICAL\n#undef portEXIT_CRITICAL\n#define portENTER_CRITICAL(mutex)\n#define portEXIT_CRITICAL(mutex)",
    });
    const { status, output } = run(program, "threads", 1, THREAD_STEPS);
    assert.is.not(status, 0);
    assert.match(output, /data race|not so/);
  });

  for (const [index, plant] of PLANTS.entries()) {
    test(`finds ${plant.claim}`, () => {
      const program = build(`plant-${index}`, "address,undefined", plant);
      const found = PLANT_SEEDS.some((seed) => run(program, "alone", seed, PLANT_STEPS).status !== 0);
      assert.ok(found, plant.claim);
    });
  }
} else console.log("the ordeal of gatt.c (it wants a C compiler on Linux) left out");

test("the UUIDs are those of docs/protocol.md, and the one in the advertisement is the service's", () => {
  const source = readFileSync("firmware/io/gatt.c", "utf8");
  const text = readFileSync("docs/protocol.md", "utf8");
  for (const name of ["SERVICE", "WRITE", "NOTIFY"]) {
    const bytes = new RegExp(`#define ${name}_UUID (.*)`).exec(source)?.[1] ?? "";
    const written = new RegExp(`\\| ${name.toLowerCase()} \\| \`([0-9a-f-]{36})\``).exec(text)?.[1] ?? "";
    assert.match(written, /^.{8}-.{4}-4.{3}-[89ab].{3}-.{12}$/, "version 4 (RFC 9562)");
    assert.equal(bytes.split(", ").map(Number), [...Buffer.from(written.replaceAll("-", ""), "hex")].reverse(), name);
  }
  assert.match(source, /advertisement\[\] = \{ 2, 0x01, 0x06, 17, 0x07, SERVICE_UUID \};/);
});

test.run();
