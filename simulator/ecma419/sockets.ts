// A network of fake hosts, each with a board's Tcp, Listener and Udp.
// Why: a driver of sockets is tried with peers that do not read, floods, losses and a network that goes and comes again, the same on
// every engine and without a socket of this computer.
// Follows firmware/io/tcpsockets.ts and udpsockets.ts, and what stands below them. The SDK's Linux classes (8.2.3)
// differ: they look every 20 ms, one datagram each time, and say 1,536 bytes writable whatever the kernel takes; a socket that a listener
// gave is written to only after onWritable; a write to a broken one throws nothing; an end that comes while bytes are unread is never
// told; a Listener whose port is taken throws, and leaves the engine with a dangling pointer; onReadable may come once more after a close
// from within onWritable; Udp has no `add`; and nothing asks whether there is a network. Here nobody who waits is one too many.

import type { Listener, ListenerClass, Tcp, TcpClass, Udp, UdpClass } from "../../firmware/io/ecma419.ts";
import type { Defer } from "./loop.ts";
import { Pending } from "./pending.ts";
import { StreamEnd, type Way } from "./stream.ts";

const PORT_MAX = 65_535;
const PORT_EPHEMERAL = 49_152;
const MULTICAST = /^(?:22[4-9]|23\d)(?:\.\d{1,3}){3}$/;
/** As firmware/io/udpqueues.h has them. */
const UDP_QUEUE_BYTES = 6_144;
const UDP_HEAD_BYTES = 8;
const UDP_DATAGRAM_BYTES_MAX = 256;
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;

const pending = new Pending<StreamEnd>();

/** A datagram with its sender. */
type Datagram = ArrayBuffer & { readonly address: string; readonly port: number };

/** One board's or computer's place in the network, with its classes. */
export class Host {
  readonly address: string;
  readonly Tcp: TcpClass;
  readonly Listener: ListenerClass;
  readonly Udp: UdpClass;
  /** Whether it has a network. Where it has none nothing can be opened or sent, and what is open hears nothing. */
  isUp = true;
  /** Sockets that are open, of all three classes. */
  readonly open = new Set<object>();
  /** For the classes of this file: by port, whoever takes connections and datagrams. */
  readonly listeners = new Map<number, (end: StreamEnd) => void>();
  readonly receivers = new Map<number, (datagram: Datagram) => void>();
  /** The groups that its sockets joined, each as often as one did. */
  readonly groups: string[] = [];
  readonly network: Network;

  constructor(network: Network, address: string) {
    this.network = network;
    this.address = address;
    this.Tcp = tcpClassOf(this);
    this.Listener = listenerClassOf(this);
    this.Udp = udpClassOf(this);
  }
}

/** The network. */
export class Network implements Way {
  readonly defer: Defer;
  /** Whether a datagram is lost. */
  loses: (from: string, to: string) => boolean = () => false;
  readonly #places = new Map<string, Host>();
  readonly #cut = new Set<string>();
  /** Who dialled. */
  readonly #ends: StreamEnd[] = [];
  readonly #resumes: (() => void)[] = [];
  #isHeld = false;

  constructor(defer: Defer) {
    this.defer = defer;
  }

  /** Adds a host. @param address in figures */
  host(address: string): Host {
    const place = new Host(this, address);
    this.#places.set(address, place);
    return place;
  }

  /** Cuts a host off: nothing passes, and nobody is told. */
  cut(address: string, isCut: boolean): void {
    if (isCut) this.#cut.add(address);
    else this.#cut.delete(address);
    this.#resume();
  }

  /** Breaks the connections between two hosts, as a router does that forgot them. */
  reset(one: string, other: string): void {
    for (const end of this.#ends) if (end.address === one && end.remoteAddress === other) end.reset();
  }

  /** Holds back all streams, or lets them go on: a delay as long as the caller likes. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#resume();
  }

  isBlocked(from: string, to: string): boolean {
    return this.#isHeld || [from, to].some((address) => this.#cut.has(address) || !this.#places.get(address)?.isUp);
  }

  whenPassable(resume: () => void): void {
    this.#resumes.push(resume);
  }

  /** For the classes of this file. */
  connect(end: StreamEnd, { address, port }: { readonly address: string; readonly port: number }): void {
    this.#ends.push(end);
    this.defer(() => {
      if (this.isBlocked(end.address, address)) return;
      const take = this.#places.get(address)?.listeners.get(port);
      if (take === undefined) end.refuse();
      else {
        take(end);
        end.listener?.writable();
      }
    });
  }

  /** For the classes of this file. */
  send(
    from: Host,
    bytes: Uint8Array,
    to: { readonly address: string; readonly port: number; readonly sender: number },
  ): void {
    const isGroup = MULTICAST.test(to.address);
    for (const place of this.#places.values()) {
      if (isGroup ? place === from || !place.groups.includes(to.address) : place.address !== to.address) continue;
      if (this.isBlocked(from.address, place.address) || this.loses(from.address, place.address)) continue;
      const datagram = Object.assign(bytes.slice().buffer, { address: from.address, port: to.sender });
      place.receivers.get(to.port)?.(datagram);
    }
  }

  #resume(): void {
    for (const resume of this.#resumes.splice(0)) resume();
  }
}

function checkPort(port: number): number {
  if (!(port >= 0 && port <= PORT_MAX)) throw new RangeError("invalid port");
  return port;
}

/** Gives the port that is asked for, or a free one for 0. @throws Error where it is taken */
function bind(taken: ReadonlyMap<number, unknown>, asked: number): number {
  let port = checkPort(asked);
  if (port === 0) for (port = PORT_EPHEMERAL; taken.has(port); port++);
  if (taken.has(port)) throw new Error("bind failed");
  return port;
}

function checkNetwork({ isUp }: Host): void {
  if (!isUp) throw new Error("no network");
}

type TcpOptions = ConstructorParameters<TcpClass>[0];

class FakeTcp implements Tcp {
  readonly #place: Host;
  #end: StreamEnd | undefined;

  constructor(place: Host, options: TcpOptions) {
    this.#place = place;
    checkNetwork(place);
    const { from, address, port } = options;
    if (options.format !== "buffer") throw new RangeError("unimplemented");
    if (from !== undefined) {
      this.#end = pending.take(from);
    } else {
      if (address === undefined || !ADDRESS.test(address)) throw new Error("invalid address");
      this.#end = new StreamEnd(place.network, place.address);
      place.network.connect(this.#end, { address, port: checkPort(port ?? -1) });
    }
    place.open.add(this);
    this.#watch(this.#end, options);
  }

  get remoteAddress(): string | undefined {
    return this.#open.remoteAddress;
  }

  read(byteLength?: number): ArrayBuffer | undefined {
    const { readable } = this.#open;
    if (readable === 0) return undefined;
    const requested = byteLength ?? readable;
    if (requested <= 0 || requested > readable) throw new Error("invalid");
    return this.#open.read(requested);
  }

  write(bytes: Uint8Array): void {
    if (!this.#open.isReady) throw new Error("not ready");
    if (bytes.length > this.#open.writable) throw new Error("would block");
    this.#open.write(bytes);
  }

  close(): void {
    this.#place.open.delete(this);
    this.#end?.close();
    this.#end = undefined;
  }

  get #open(): StreamEnd {
    if (this.#end === undefined) throw new TypeError("closed");
    return this.#end;
  }

  /** Calls back: what comes together is told together, bytes first, as the SDK's one message for each socket does. */
  #watch(end: StreamEnd, { onReadable, onWritable, onError }: TcpOptions): void {
    let isPlanned = false;
    const due = { readable: false, writable: false, failed: false };
    const plan = (what: keyof typeof due): void => {
      due[what] = true;
      if (isPlanned) return;
      isPlanned = true;
      this.#place.network.defer(() => {
        isPlanned = false;
        const { readable, writable, failed } = due;
        Object.assign(due, { readable: false, writable: false, failed: false });
        if (readable && this.#end === end && end.readable > 0) onReadable?.call(this, end.readable);
        if (writable && this.#end === end && end.isReady) onWritable?.call(this, end.writable);
        if (failed && this.#end === end) onError?.call(this);
      });
    };
    end.listener = {
      readable: () => plan("readable"),
      writable: () => plan("writable"),
      failed: () => plan("failed"),
    };
    if (end.readable > 0) plan("readable");
    if (end.isReady) plan("writable");
    if (end.isBroken) plan("failed");
  }
}

function tcpClassOf(host: Host): TcpClass {
  return class extends FakeTcp {
    constructor(options: TcpOptions) {
      super(host, options);
    }
  };
}

function listenerClassOf(place: Host): ListenerClass {
  return class implements Listener {
    readonly #port: number;
    readonly #pending: StreamEnd[] = [];
    #isClosed = false;

    constructor(options: ConstructorParameters<ListenerClass>[0]) {
      checkNetwork(place);
      this.#port = bind(place.listeners, options.port ?? 0);
      place.open.add(this);
      let isPlanned = false;
      place.listeners.set(this.#port, (client) => {
        const end = new StreamEnd(place.network, place.address);
        StreamEnd.join(client, end);
        this.#pending.push(end);
        if (!isPlanned) {
          place.network.defer(() => {
            isPlanned = false;
            if (!this.#isClosed && this.#pending.length > 0) options.onReadable.call(this, this.#pending.length);
          });
        }
        isPlanned = true;
      });
    }

    get port(): number {
      if (this.#isClosed) throw new TypeError("closed");
      return this.#port;
    }

    read(): Tcp | undefined {
      if (this.#isClosed) throw new TypeError("closed");
      const end = this.#pending.shift();
      if (end === undefined) return undefined;
      return pending.give(end, end.remoteAddress, () => end.close());
    }

    close(): void {
      if (this.#isClosed) return;
      this.#isClosed = true;
      place.open.delete(this);
      place.listeners.delete(this.#port);
      for (const end of this.#pending.splice(0)) end.close();
    }
  };
}

/** What came to a socket and was not read, as far as there is room. */
class DatagramQueue {
  readonly #waiting: Datagram[] = [];
  #bytes = 0;

  get length(): number {
    return this.#waiting.length;
  }

  /** @returns whether there was room */
  push(datagram: Datagram): boolean {
    const bytes = this.#bytes + UDP_HEAD_BYTES + datagram.byteLength;
    if (datagram.byteLength > UDP_DATAGRAM_BYTES_MAX || bytes > UDP_QUEUE_BYTES) return false;
    this.#bytes = bytes;
    this.#waiting.push(datagram);
    return true;
  }

  shift(): Datagram | undefined {
    const datagram = this.#waiting.shift();
    if (datagram !== undefined) this.#bytes -= UDP_HEAD_BYTES + datagram.byteLength;
    return datagram;
  }
}

function udpClassOf(place: Host): UdpClass {
  return class implements Udp {
    readonly #port: number;
    readonly #received = new DatagramQueue();
    #group: string | undefined;
    #isClosed = false;

    constructor({ port = 0, onReadable }: ConstructorParameters<UdpClass>[0]) {
      checkNetwork(place);
      this.#port = bind(place.receivers, port);
      place.open.add(this);
      let isPlanned = false;
      place.receivers.set(this.#port, (datagram) => {
        if (!this.#received.push(datagram) || isPlanned) return;
        isPlanned = true;
        place.network.defer(() => {
          isPlanned = false;
          if (!this.#isClosed && this.#received.length > 0) onReadable.call(this, this.#received.length);
        });
      });
    }

    read(): Datagram | undefined {
      this.#check();
      return this.#received.shift();
    }

    write(bytes: Uint8Array, address: string, port: number): void {
      this.#check();
      if (!ADDRESS.test(address) || bytes.length > UDP_DATAGRAM_BYTES_MAX || !place.isUp) throw new Error("not sent");
      const sender = this.#port;
      const copy = bytes.slice();
      place.network.defer(() => place.network.send(place, copy, { address, port, sender }));
    }

    add(group: string): void {
      this.#check();
      if (!MULTICAST.test(group) || (this.#group ?? group) !== group) throw new Error("not joined");
      if (this.#group === undefined) place.groups.push(group);
      this.#group = group;
    }

    close(): void {
      if (this.#isClosed) return;
      this.#isClosed = true;
      place.open.delete(this);
      place.receivers.delete(this.#port);
      if (this.#group !== undefined) place.groups.splice(place.groups.indexOf(this.#group), 1);
    }

    #check(): void {
      if (this.#isClosed) throw new TypeError("closed");
    }
  };
}
