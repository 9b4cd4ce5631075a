// A board in the house's network: its station, whoever dials it over TCP, and the wire between lock and camera over UDP.
// Why: a lock and a camera are in the network in the same way, and what listens there must come and go with the network.
// Follows docs/protocol.md, "Carriers".

import type { Bytes } from "../bytes.ts";
import type { Millis, Random } from "../platform.ts";
import type { Sdk } from "./ecma419.ts";
import { Lan } from "./lan.ts";
import type { Loop } from "./loop.ts";
import type { Numbers } from "./numbers.ts";
import type { Timed } from "./pump.ts";
import { type Host, Streams } from "./streams.ts";
import { Station } from "./wifi.ts";

/** What it is made of. */
export interface HouseRadioParts {
  readonly sdk: Pick<Sdk, "Tcp" | "Listener" | "Udp" | "Wifi">;
  readonly loop: Loop;
  readonly random: Random;
  readonly numbers: Numbers;
  /** Who is told of those that dial. */
  readonly host: Host;
  /** As for Streams. */
  readonly connectionsMax: number;
  readonly queueBytesMax: number;
  /** Hears that there is a network, or none any more, for whatever else listens. */
  networkChanged?(isUp: boolean, now: Millis): void;
  /** Takes a frame of the wire between lock and camera. */
  received(frame: Bytes, now: Millis): void;
  /** Hears that the radio has started, once. */
  started(): void;
}

/** The three, and what keeps them in step. */
export class HouseRadio {
  readonly streams: Streams;
  readonly lan: Lan;
  readonly station: Station;

  constructor(parts: HouseRadioParts) {
    const { sdk, loop, random, numbers, host, connectionsMax, queueBytesMax } = parts;
    const sockets = { tcp: sdk.Tcp, listener: sdk.Listener, loop, numbers, host };
    this.streams = new Streams({ ...sockets, connectionsMax, queueBytesMax });
    this.lan = new Lan({ udp: sdk.Udp, loop, received: (frame, now) => parts.received(frame, now) });
    this.station = new Station({
      ...{ io: sdk.Wifi, loop, random },
      started: () => parts.started(),
      changed: (address, now) => {
        this.streams.networkChanged(address !== undefined, now);
        this.lan.networkChanged(address, now);
        parts.networkChanged?.(address !== undefined, now);
      },
    });
  }

  /** What has something to do in time. */
  get timed(): readonly Timed[] {
    return [this.streams, this.lan, this.station];
  }
}
