// A camera's server in a fake network, and the machines of the house that come to it: what its tests are played with.

import { Loop } from "../../simulator/ecma419/loop.ts";
import { type Host, Network } from "../../simulator/ecma419/sockets.ts";
import { bytesOf, textOf } from "../../simulator/letters.ts";
import type { HomeVerdict } from "../homes.ts";
import { HOME_PORT, HomeServer } from "../homeserver.ts";

const CAMERA = "192.168.1.3";
/** A picture. */
export const FILE = Uint8Array.of(0xff, 0xd8, 1, 2, 3, 0xff, 0xd9);
/** By the word in a request's header. */
const VERDICTS: Readonly<Record<string, HomeVerdict>> = {
  none: { kind: "absent" },
  wrong: { kind: "challenge", header: "Digest x" },
  right: { kind: "welcome" },
};

/** A machine in the house. */
export class Machine {
  text = "";
  isReading = true;
  isOver = false;
  readonly #tcp: InstanceType<Host["Tcp"]>;

  constructor(host: Host) {
    this.#tcp = new host.Tcp({
      ...{ address: CAMERA, port: HOME_PORT, format: "buffer" },
      onReadable: () => this.isReading && this.read(),
      onError: () => {
        this.isOver = true;
      },
    });
  }

  send(text: string): void {
    this.#tcp.write(bytesOf(text));
  }

  get(path: string, word = "right", method = "GET"): void {
    this.send(`${method} ${path} HTTP/1.1\r\nHost: camera\r\nAuthorization: ${word}\r\n\r\n`);
  }

  read(): void {
    const bytes = this.#tcp.read();
    if (bytes !== undefined) this.text += textOf(new Uint8Array(bytes));
  }

  close(): void {
    this.#tcp.close();
  }

  get status(): number {
    return Number(this.text.slice("HTTP/1.1 ".length, "HTTP/1.1 ".length + 3));
  }
}

/** A camera's server, and a network with it. */
export class Bench {
  readonly loop = new Loop();
  readonly network = new Network(this.loop.defer);
  readonly board = this.network.host(CAMERA);
  readonly phone = this.network.host("192.168.1.10");
  isOpen = true;
  isLit = true;
  asked = 0;
  readonly server: HomeServer;

  constructor(tcp = this.board.Tcp) {
    this.server = new HomeServer({
      ...{ tcp, listener: this.board.Listener, loop: this.loop },
      host: {
        isOpen: () => this.isOpen,
        isLit: () => this.isLit,
        judge: ({ authorization = "none" }) => {
          this.asked += 1;
          return VERDICTS[authorization];
        },
      },
    });
    this.server.networkChanged(true, this.loop.uptime());
  }

  /** Sockets of the board beside its listener. */
  get open(): number {
    return this.board.open.size - 1;
  }

  dial(): Machine {
    const machine = new Machine(this.phone);
    this.loop.run();
    return machine;
  }

  ask(path: string, word?: string, method?: string): Machine {
    const machine = this.dial();
    machine.get(path, word, method);
    this.loop.run();
    return machine;
  }

  show(jpeg = FILE): void {
    this.server.show(jpeg);
    this.loop.run();
  }

  pass(duration: number): void {
    this.loop.pass(duration);
    const { nextTick } = this.server;
    if (nextTick !== undefined && nextTick <= this.loop.uptime()) this.server.tick(this.loop.uptime());
    this.loop.run();
  }
}
