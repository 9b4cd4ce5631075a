// Goal: tcplinks.c and what stands around it, unchanged, hold their promises over lwIP itself, whatever those who dial do.
// Method: simulator/lan/ordeal.c with the compiler's checks of memory and undefined behaviour, a million steps by a seed; the same with
// a thread of lwIP's own and its check of races; and bugs planted in copies of the files, the SDK's among them, each of which must be
// found. Numbers come again after 200 others here, so that this is tried too. Where lwIP's sources are not at hand it is left out, which
// is said.

import { TCP_FILES } from "../../../simulator/xs/lwip.mjs";
import { type Mistake, testOrdeal } from "./lwipordeal.node.ts";

const MISTAKES: readonly Mistake[] = [
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
    file: "lwipwake.c",
    find: "sys_timeout(RETRY_MILLIS, onRetry, wake);",
    replace: "(void)onRetry;",
  },
  {
    claim: "a wake that is tried again for each segment that comes",
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

await testOrdeal("tcplinks.c", {
  ours: TCP_FILES,
  desk: ["callers.c", "ordeal.c", "strangers.c", "house.c"],
  flags: ["-DLATCHKEY_TCP_NUMBER_MAX=200"],
  mistakes: MISTAKES,
  busy: { strangers: 20_000, opened: 8_000 },
});
