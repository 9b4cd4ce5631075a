// The air with its access points, and a board's radio in it: a fake of the SDK's WiFi.
// Why: passwords are wrong, access points go away in the middle of a session, and the SDK tells of an old end in the middle of a new
// beginning; a driver must bear it all, on any engine.
// Follows modules/io/wifi/esp32 of the Moddable SDK 8.2.3: an instance hears of the radio, which outlives it; `disconnect` is quiet,
// and the radio's own word of it comes later and ends what an instance believes to be connecting then. Of a lease that ended nobody tells,
// and the address is then another. There is none for Linux.

import { fromAscii } from "../../firmware/bytes.ts";
import { encodeUtf8 } from "../../firmware/cbor/text.ts";
import type { Wifi, WifiClass } from "../../firmware/io/ecma419.ts";
import type { Defer } from "./loop.ts";

/** What a radio that is joined has before it has a lease, and after one. */
const LINK_LOCAL = "FE80::7EDF:A1FF:FE00:5C4";
const SSID_BYTES_MAX = 32;
const PASSWORD_BYTES_MAX = 64;

/** An access point. */
export interface AccessPoint {
  readonly SSID: string;
  /** undefined where it is open. */
  readonly password?: string;
  /** What it gives to the board; undefined where it gives none. */
  address: string | undefined;
  RSSI: number;
}

type Options = ConstructorParameters<WifiClass>[0];
type Wish = Parameters<Wifi["connect"]>[0];
type RadioEvent = "linked" | "addressed" | "lost";

/** The air around one board, and its radio. */
export class Air {
  readonly Wifi: WifiClass;
  /** Access points that are there. */
  readonly points: AccessPoint[] = [];
  /** Makes the next `new Wifi` or `connect` throw, as a radio without memory does. */
  isBroken = false;
  /** Whether joining comes to no end at all. */
  isDeaf = false;
  /** How often somebody tried to join. */
  tries = 0;
  readonly #defer: Defer;
  readonly #listeners = new Set<(event: RadioEvent) => void>();
  #joined: AccessPoint | undefined;
  #isJoining = false;
  #round = 0;

  constructor(defer: Defer) {
    this.#defer = defer;
    this.Wifi = wifiClassOf(this);
  }

  get joined(): AccessPoint | undefined {
    return this.#joined;
  }

  /** Takes an access point away: whoever is joined hears of it. */
  remove(point: AccessPoint): void {
    const index = this.points.indexOf(point);
    if (index >= 0) this.points.splice(index, 1);
    if (this.#joined === point) this.#lose();
  }

  /** Throws the board out, and stays there. */
  drop(): void {
    if (this.#joined !== undefined) this.#lose();
  }

  /** Power goes: nobody is told anything, and the next start finds an idle radio. */
  powerOff(): void {
    this.#round++;
    this.#joined = undefined;
    this.#isJoining = false;
    this.#listeners.clear();
  }

  /** For the class of this file. */
  listen(listener: (event: RadioEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** For the class of this file. @returns whether the radio took it */
  join({ SSID, password }: Wish): boolean {
    if (this.isBroken || this.#isJoining || this.#joined !== undefined) return false;
    this.tries += 1;
    this.#isJoining = true;
    const round = ++this.#round;
    const isCurrent = () => round === this.#round;
    this.#defer(() => {
      if (!isCurrent() || this.isDeaf) return;
      this.#isJoining = false;
      const point = this.points.find((each) => each.SSID === SSID && (each.password ?? "") === (password ?? ""));
      if (point === undefined) return this.#tell("lost");
      this.#joined = point;
      this.#tell("linked");
      this.#defer(() => {
        if (isCurrent() && this.#joined === point && point.address !== undefined) this.#tell("addressed");
      });
    });
    return true;
  }

  /** For the class of this file. */
  leave(): void {
    const isTold = this.#isJoining || this.#joined !== undefined;
    this.#round++;
    this.#isJoining = false;
    this.#joined = undefined;
    if (isTold) this.#defer(() => this.#tell("lost"));
  }

  #lose(): void {
    this.#round++;
    this.#joined = undefined;
    this.#defer(() => this.#tell("lost"));
  }

  #tell(event: RadioEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

/** One instance: it hears of the radio from its making on. */
class FakeWifi implements Wifi {
  readonly #air: Air;
  readonly #onChanged: Options["onChanged"];
  #state: "idle" | "connecting" | "linked" | "addressed" = "idle";
  #forget: (() => void) | undefined;

  constructor(air: Air, options: Options) {
    this.#air = air;
    if (air.isBroken) throw new Error("no memory");
    this.#onChanged = options.onChanged;
    if (air.joined !== undefined) this.#state = air.joined.address === undefined ? "linked" : "addressed";
    this.#forget = air.listen((event) => this.#take(event));
  }

  get connection(): number {
    this.#check();
    return { idle: 200, connecting: 300, linked: 400, addressed: 500 }[this.#state];
  }

  get address(): string | undefined {
    this.#check();
    const { joined } = this.#air;
    return joined === undefined ? undefined : (joined.address ?? LINK_LOCAL);
  }

  get RSSI(): number | undefined {
    this.#check();
    return this.#air.joined?.RSSI;
  }

  connect(options: Wish): void {
    this.#check();
    if (this.#state === "connecting") throw new Error("already connecting");
    if (encodeUtf8(options.SSID).length > SSID_BYTES_MAX) throw new RangeError("buffer overflow");
    if (fromAscii(options.password ?? "").length > PASSWORD_BYTES_MAX) throw new RangeError("buffer overflow");
    if (!this.#air.join(options)) throw new Error("connect failed");
    this.#state = "connecting";
  }

  disconnect(): void {
    this.#check();
    this.#state = "idle";
    this.#air.leave();
  }

  configure(): void {
    this.#check();
  }

  close(): void {
    this.#forget?.();
    this.#forget = undefined;
  }

  #take(event: RadioEvent): void {
    const former = this.#state;
    if (event === "lost") this.#state = "idle";
    else this.#state = event;
    if (this.#state !== former) this.#onChanged?.call(this, "connection");
    if (event === "addressed" && former !== "addressed" && this.#forget !== undefined)
      this.#onChanged?.call(this, "address");
  }

  #check(): void {
    if (this.#forget === undefined) throw new TypeError("closed");
  }
}

function wifiClassOf(air: Air): WifiClass {
  return class extends FakeWifi {
    constructor(options: Options) {
      super(air, options);
    }
  };
}
