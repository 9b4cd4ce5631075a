// Finds lwIP for the desk: the stack below a board's TCP and UDP, from Debian's source package, compiled with ESP-IDF's options.
// Why: firmware/io/tcplinks.c and udpqueues.c are tried over lwIP itself and not over what somebody thinks that it does. The sources are
// had once; where they cannot be, what needs them is left out, and one line says so.

import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchDebianSources, hasDebianSources } from "./debian.mjs";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

// TCP and UDP over IPv4 with groups, and nothing else of it.
const CORE = [
  "def",
  "inet_chksum",
  "init",
  "ip",
  "mem",
  "memp",
  "netif",
  "pbuf",
  "tcp",
  "tcp_in",
  "tcp_out",
  "timeouts",
  "udp",
];
const FILES = [
  ...CORE.map((name) => `core/${name}.c`),
  ...["ip4", "ip4_addr", "ip4_frag", "icmp", "igmp"].map((name) => `core/ipv4/${name}.c`),
  "api/tcpip.c",
];
/** What of a board stands on lwIP, as names in firmware/io: both, TCP, UDP. */
const BOTH = ["lwipcall.c", "lwipcall.h", "lwipnet.h", "lwipwake.c", "lwipwake.h"];
export const TCP_FILES = Object.freeze([
  ...["tcplinks.c", "tcptable.c", "tcpcalls.c", "tcplinks.h", "tcptable.h", "tcpcalls.h"],
  ...BOTH,
]);
export const UDP_FILES = Object.freeze(["udpqueues.c", "udpcalls.c", "udpqueues.h", "udpcalls.h", ...BOTH]);
const DESK = [
  ...["wire.c", "callers.c", "datagrams.c", "desk.c", "wire.h", "packets.h"],
  ...["include/lwipopts.h", "include/arch/cc.h", "include/arch/sys_arch.h"],
];

/** What of the project stands on lwIP: paths. */
export const LAN_FILES = Object.freeze([
  ...new Set([...TCP_FILES, ...UDP_FILES].map((name) => join(ROOT, "firmware/io", name))),
  ...DESK.map((name) => join(ROOT, "simulator/lan", name)),
]);

/** Where lwIP's headers and the project's own for it are, in the order of a compiler's -I. */
export function lanIncludes(folder) {
  return [join(ROOT, "simulator/lan/include"), join(ROOT, "simulator/lan"), join(folder, "include")];
}

/** lwIP's own files. @param folder of lwipFor */
export function lwipFiles(folder) {
  return FILES.map((name) => join(folder, name));
}

/** Gives the folder of lwIP's sources, from the network on first use.
 *  @param cache a folder that stays   @param once of build.mjs
 *  @returns `{folder}`, or `{missing}`: one line that says why there is none */
export async function lwipFor(cache, once) {
  const folder = join(cache, "lwip");
  if (existsSync(folder)) return { folder };
  if (!hasDebianSources())
    return { missing: "lwIP's sources (apt-get, on Debian or Ubuntu with dpkg-dev) are missing" };
  mkdirSync(cache, { recursive: true });
  try {
    await once(folder, async (scratch) => join(await fetchDebianSources(scratch, "lwip"), "src"));
    return { folder };
  } catch (error) {
    return { missing: `lwIP's sources (apt-get source lwip: ${error.message.split("\n")[0]}) are missing` };
  }
}
