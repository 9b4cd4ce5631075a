// Goal: udpqueues.c and what stands around it, unchanged, hold their promises over lwIP itself, whatever other hosts send.
// Method: simulator/lan/datagramordeal.c with the compiler's checks of memory and undefined behaviour, a million steps by a seed; the same
// with a thread of lwIP's own and its check of races; and bugs planted in copies of the files, the SDK's among them, each of which must
// be found. Where lwIP's sources are not at hand it is left out, which is said.

import { UDP_FILES } from "../../../simulator/xs/lwip.mjs";
import { type Mistake, testOrdeal } from "./lwipordeal.node.ts";

const MISTAKES: readonly Mistake[] = [
  {
    claim: "a write through what an allocation gave, whatever that was, as in the SDK's class",
    file: "udpqueues.c",
    find: "if (packet == NULL)\n\t\treturn false;\n\tpbuf_take(packet, datagram->bytes, datagram->length);",
    replace: "memcpy(packet->payload, datagram->bytes, datagram->length);",
  },
  {
    claim: "a packet in pieces that is read as its first, as in the SDK's class",
    file: "udpqueues.c",
    find: ".length = packet->tot_len }",
    replace: ".length = packet->len }",
  },
  {
    claim: "a group that nobody leaves, as in the SDK's class",
    file: "udpqueues.c",
    find: "igmp_leavegroup(IP4_ADDR_ANY4, &its->group);",
    replace: ";",
  },
  {
    claim: "a queue without a bound",
    file: "udpqueues.c",
    find: "sizeof head + head.length <= (size_t)(UDP_QUEUE_BYTES - its->used)",
    replace: "true",
  },
  {
    claim: "a datagram without a bound",
    file: "udpqueues.c",
    find: "head.length <= UDP_DATAGRAM_BYTES_MAX && ",
    replace: "",
  },
  {
    claim: "a packet that is kept",
    file: "udpqueues.c",
    find: "pbuf_free(packet);\n\tlwipWake(&wakeOfXs);",
    replace: "lwipWake(&wakeOfXs);",
  },
  {
    claim: "a sent packet that is kept",
    file: "udpqueues.c",
    find: "pbuf_free(packet);\n\treturn error == ERR_OK;",
    replace: "return error == ERR_OK;",
  },
  {
    claim: "a longer one than it can hold that is sent",
    file: "udpqueues.c",
    find: "datagram->length > UDP_DATAGRAM_BYTES_MAX || ",
    replace: "",
  },
  {
    claim: "a group that could not be joined, and is said to be",
    file: "udpqueues.c",
    find: "if (igmp_joingroup(IP4_ADDR_ANY4, &group) != ERR_OK)\n\t\treturn false;",
    replace: "igmp_joingroup(IP4_ADDR_ANY4, &group);",
  },
  {
    claim: "a socket that is closed, and lwIP is not told",
    file: "udpqueues.c",
    find: "udp_remove(its->pcb);",
    replace: ";",
  },
  {
    claim: "a queue whose rest does not move up",
    file: "udpqueues.c",
    find: "memmove(its->queue, its->queue + size, its->used);",
    replace: ";",
  },
  {
    claim: "news of what was read",
    file: "udpqueues.c",
    find: "its->hasNews = its->hasNews && its->count > 0;",
    replace: "",
  },
  {
    claim: "a port that could not be had, and whose socket is kept",
    file: "udpqueues.c",
    find: "udp_remove(pcb);",
    replace: ";",
  },
  {
    claim: "a wake that was lost and is not tried again",
    file: "lwipwake.c",
    find: "sys_timeout(RETRY_MILLIS, onRetry, wake);",
    replace: "(void)onRetry;",
  },
  {
    claim: "a wake that is tried again for each datagram that comes",
    file: "lwipwake.c",
    find: "wake->isLost || ",
    replace: "",
  },
  {
    claim: "events that the last wake left, and nobody is woken for",
    file: "lwipwake.c",
    find: "isUnderWay = false;\n\tlwipWake(wake);",
    replace: "isUnderWay = false;",
  },
];

await testOrdeal("udpqueues.c", {
  ours: UDP_FILES,
  desk: ["datagramordeal.c"],
  flags: ["-DLATCHKEY_UDP_SOCKETS_MAX=2"],
  mistakes: MISTAKES,
  busy: { opened: 2_000, heard: 100_000 },
});
