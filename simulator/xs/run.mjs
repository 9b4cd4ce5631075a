// Runs a bundle on the XS host: on the desk, or on rv32imc under QEMU with exact instruction counts.
// Why: one call for every runner, which ends in time whatever the bundle does.

import { spawn } from "node:child_process";
import { hostFor } from "./build.mjs";

/** The exit code of a run that was stopped because its time was up. */
export const TIMEOUT = 124;

const SECONDS_DEFAULT = { xs: 60, rv32: 600 };

// QEMU takes a comma that is doubled as one.
function qemuArguments(executable, words) {
  const semihosting = ["enable=on", "target=native", ...words.map((word) => `arg=${word.replaceAll(",", ",,")}`)].join(
    ",",
  );
  return [
    ...[
      "-M",
      "virt",
      "-cpu",
      "rv32",
      "-m",
      "128M",
      "-bios",
      "none",
      "-nographic",
      "-monitor",
      "none",
      "-serial",
      "none",
    ],
    ...["-icount", "shift=0", "-semihosting-config", semihosting, "-kernel", executable],
  ];
}

/** Runs a bundle to its end.
 *  @param file an ES module that imports nothing
 *  @param engine "xs" or "rv32"; words: its arguments; showsPeak: prints the peak of the heap at the end
 *  @returns `{status, output}`; `output` only where `isQuiet`, else it goes where this process's own goes */
export async function runBundle(file, { engine = "xs", words = [], showsPeak = false, isQuiet = false, seconds } = {}) {
  const executable = await hostFor(engine);
  const all = [...(showsPeak ? ["--peak"] : []), file, ...words];
  const isDesk = engine === "xs";
  const [command, given] = isDesk ? [executable, all] : ["qemu-system-riscv32", qemuArguments(executable, all)];
  // QEMU's console is its standard error, whatever the script writes to; a pipe reads standard output.
  const stdio = isQuiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", isDesk ? "inherit" : 1];
  return collect(spawn(command, given, { stdio }), (seconds ?? SECONDS_DEFAULT[engine]) * 1000);
}

/** Runs an executable for bare rv32 to its end. @returns `{status, output}` */
export function runImage(executable, words, seconds) {
  const stdio = ["ignore", "pipe", "pipe"];
  return collect(spawn("qemu-system-riscv32", qemuArguments(executable, words), { stdio }), seconds * 1000);
}

/** Waits for a process and stops it when its time is up. @returns `{status, output}` */
export function collect(child, milliseconds) {
  return new Promise((done, fail) => {
    let output = "";
    let isLate = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, milliseconds);
    child.on("error", fail);
    child.on("close", (code) => {
      clearTimeout(timer);
      if (isLate) output += `\nstopped after ${milliseconds / 1000} s\n`;
      done({ status: isLate ? TIMEOUT : (code ?? 1), output });
    });
  });
}
