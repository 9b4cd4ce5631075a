// What the SDK's classes do, row by row, for any implementation of them.
// Why: drivers are tested on the desk's classes, which is worth as much as those are like the chip's. A bench hands over one
// implementation and the other end of its wire, so the same rows can run over the SDK's own where a wire joins two pins.
// Follows the sources of the SDK 8.2.3: modules/io/{digital,pwm,analog,storage,flash} for ESP32, modules/base/timer.

import * as assert from "uvu/assert";
import type { AnalogClass, Digital, DigitalClass, PwmClass } from "../../../firmware/io/ecma419.ts";

/** One row: what is claimed, and how it is seen. */
export type Row<Bench> = readonly [claim: string, see: (bench: Bench) => void];

/** A pin, and the other end of its wire. */
export interface PinBench<Class> {
  readonly io: Class;
  readonly pin: number;
  /** Drives the wire, or lets it go. */
  drive(level: 0 | 1 | undefined): void;
  /** What the wire is at. */
  level(): 0 | 1;
  /** Runs what waits in the event loop. */
  turn(): void;
}

/** A Digital on such a pin. */
export type DigitalBench = PinBench<DigitalClass>;

function input(bench: DigitalBench, edge: number, onReadable: (this: unknown) => void): Digital {
  const { io, pin } = bench;
  return new io({ pin, mode: io.InputPullUp, edge, onReadable });
}

/** Throws an error of exactly that kind. */
export function throws(kind: string, call: () => unknown): void {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.is(error.name, kind);
    return;
  }
  assert.unreachable(`no ${kind}`);
}

export const DIGITAL_ROWS: readonly Row<DigitalBench>[] = [
  [
    "a pin can be opened once, and again after it was closed",
    ({ io, pin }) => {
      const first = new io({ pin, mode: io.Output });
      throws("Error", () => new io({ pin, mode: io.Output }));
      throws("Error", () => new io({ pin, mode: io.Input }));
      first.close();
      new io({ pin, mode: io.Input }).close();
    },
  ],
  [
    "closing twice is harmless, use after closing is a SyntaxError",
    ({ io, pin }) => {
      const output = new io({ pin, mode: io.Output });
      output.close();
      output.close();
      throws("SyntaxError", () => output.write(1));
      const reading = new io({ pin, mode: io.Input });
      reading.close();
      throws("SyntaxError", () => reading.read());
    },
  ],
  [
    "closing twice does not take the pin from its next owner",
    ({ io, pin }) => {
      const first = new io({ pin, mode: io.Output });
      first.close();
      const second = new io({ pin, mode: io.Output });
      first.close();
      throws("Error", () => new io({ pin, mode: io.Output }));
      second.close();
    },
  ],
  [
    "a mode that is none is refused, and takes nothing",
    ({ io, pin }) => {
      for (const mode of [4, 7, 10, -1]) throws("RangeError", () => new io({ pin, mode }));
      throws("Error", () => new io({ pin } as unknown as { pin: number; mode: number }));
      throws("Error", () => new io({ mode: io.Input } as unknown as { pin: number; mode: number }));
      new io({ pin, mode: io.Input }).close();
    },
  ],
  [
    "onReadable wants an edge, and a function",
    ({ io, pin }) => {
      const mode = io.InputPullUp;
      throws("RangeError", () => new io({ pin, mode, onReadable: () => {} }));
      throws("RangeError", () => new io({ pin, mode, edge: 0, onReadable: () => {} }));
      throws("Error", () => new io({ pin, mode, edge: io.Rising, onReadable: 1 as unknown as () => void }));
      new io({ pin, mode, edge: io.Rising }).close();
    },
  ],
  [
    "an output does not hear edges, and does not mind being told to",
    ({ io, pin }) => new io({ pin, mode: io.Output, onReadable: () => {} }).close(),
  ],
  [
    "an output cannot be read, an input cannot be written",
    ({ io, pin }) => {
      for (const mode of [io.Output, io.OutputOpenDrain]) {
        const output = new io({ pin, mode });
        throws("Error", () => output.read());
        output.close();
      }
      const reading = new io({ pin, mode: io.Input });
      throws("Error", () => reading.write(0));
      reading.close();
    },
  ],
  [
    "an output begins low, or as it is told",
    ({ io, pin, level }) => {
      for (const initialValue of [undefined, 0, 1, 0] as const) {
        const output = new io({ pin, mode: io.Output, ...(initialValue === undefined ? {} : { initialValue }) });
        assert.is(level(), initialValue ?? 0);
        output.close();
      }
    },
  ],
  [
    "an output drives what is written",
    ({ io, pin, level }) => {
      const output = new io({ pin, mode: io.Output });
      for (const value of [1, 0, 1, 1, 0] as const) {
        output.write(value);
        assert.is(level(), value);
      }
      output.close();
    },
  ],
  [
    "an open drain pulls low and lets go",
    ({ io, pin, drive, level }) => {
      const output = new io({ pin, mode: io.OutputOpenDrain, initialValue: 1 });
      drive(1);
      assert.is(level(), 1);
      drive(0);
      assert.is(level(), 0);
      drive(undefined);
      output.write(0);
      assert.is(level(), 0);
      output.close();
    },
  ],
  [
    "an input reads its wire, and its pull where nobody drives that",
    ({ io, pin, drive }) => {
      for (const [mode, alone] of [
        [io.InputPullUp, 1],
        [io.InputPullDown, 0],
      ] as const) {
        const reading = new io({ pin, mode });
        for (const value of [0, 1] as const) {
          drive(value);
          assert.is(reading.read(), value);
        }
        drive(undefined);
        assert.is(reading.read(), alone);
        reading.close();
      }
    },
  ],
  [
    "a pin that was closed is an input that is pulled up",
    ({ io, pin, level, drive }) => {
      const output = new io({ pin, mode: io.Output });
      assert.is(level(), 0);
      output.close();
      assert.is(level(), 1);
      drive(0);
      assert.is(level(), 0);
      drive(undefined);
    },
  ],
  [
    "each edge that is listened for is told, later, with the pin as this",
    (bench) => {
      const { io, drive, turn } = bench;
      for (const [edge, expected] of [
        [io.Rising, 1],
        [io.Falling, 1],
        [io.Rising | io.Falling, 2],
      ] as const) {
        drive(1);
        const heard: unknown[] = [];
        const reading = input(bench, edge, function () {
          heard.push(this);
        });
        turn();
        assert.is(heard.length, 0, "no edge has come");
        for (const value of [0, 1] as const) {
          const before = heard.length;
          drive(value);
          assert.is(heard.length, before, "not from within a call");
          turn();
        }
        assert.is(heard.length, expected);
        assert.ok(heard.every((it) => it === reading));
        reading.close();
        drive(undefined);
      }
    },
  ],
  [
    "edges that come before the loop runs are one callback",
    (bench) => {
      const { io, drive, turn } = bench;
      drive(1);
      let heard = 0;
      const reading = input(bench, io.Rising | io.Falling, () => {
        heard += 1;
      });
      for (const value of [0, 1, 0, 1] as const) drive(value);
      turn();
      assert.is(heard, 1);
      drive(0);
      turn();
      assert.is(heard, 2);
      reading.close();
      drive(undefined);
    },
  ],
  [
    "an edge is not told after closing",
    (bench) => {
      const { io, drive, turn } = bench;
      drive(1);
      let heard = 0;
      const reading = input(bench, io.Falling, () => {
        heard += 1;
      });
      drive(0);
      reading.close();
      turn();
      assert.is(heard, 0);
      drive(undefined);
    },
  ],
];

/** A PWM on such a pin, and what the wire pulses at. */
export interface PwmBench extends PinBench<PwmClass> {
  pulse(): { readonly hz: number; readonly duty: number } | undefined;
}

export const PWM_ROWS: readonly Row<PwmBench>[] = [
  [
    "a pin can be opened once, closing twice is harmless, use after closing is a SyntaxError",
    ({ io, pin }) => {
      const pwm = new io({ pin });
      throws("Error", () => new io({ pin }));
      pwm.close();
      pwm.close();
      throws("SyntaxError", () => pwm.write(0));
      throws("SyntaxError", () => pwm.resolution);
      new io({ pin }).close();
    },
  ],
  [
    "it begins low, with 1,024 Hz and 10 bits",
    ({ io, pin, level, pulse }) => {
      const pwm = new io({ pin });
      assert.is(pwm.resolution, 10);
      assert.is(level(), 0);
      pwm.write(512);
      assert.equal(pulse(), { hz: 1024, duty: 0.5 });
      pwm.close();
    },
  ],
  [
    "hertz and bits that are none are refused, and take nothing",
    ({ io, pin }) => {
      for (const hz of [0, -1, Number.NaN]) throws("RangeError", () => new io({ pin, hz }));
      for (const resolution of [0, -1, 21]) throws("RangeError", () => new io({ pin, resolution }));
      throws("RangeError", () => new io({ pin, hz: 1, resolution: 14 }));
      throws("RangeError", () => new io({ pin, hz: 50, resolution: 8 }));
      throws("Error", () => new io({ pin, hz: 1_000_000, resolution: 14 }));
      new io({ pin, hz: 50, resolution: 14 }).close();
    },
  ],
  [
    "a value is whole and within its bits, and the greatest is on all the time",
    ({ io, pin, pulse }) => {
      const pwm = new io({ pin, hz: 50, resolution: 14 });
      throws("RangeError", () => pwm.write(-1));
      throws("RangeError", () => pwm.write(16_384));
      pwm.write(4_096.9);
      assert.equal(pulse(), { hz: 50, duty: 0.25 });
      pwm.write(16_383);
      assert.equal(pulse(), { hz: 50, duty: 1 });
      pwm.close();
    },
  ],
  [
    "a pin that was closed stays driven low",
    ({ io, pin, level, pulse }) => {
      const pwm = new io({ pin });
      pwm.write(1_023);
      assert.is(level(), 1);
      pwm.close();
      assert.is(level(), 0);
      assert.is(pulse(), undefined);
    },
  ],
];

/** An Analog on such a pin, and a voltage on its wire. */
export interface AnalogBench extends PinBench<AnalogClass> {
  supply(millivolts: number): void;
  /** Another of the chip's pins, which cannot be measured. */
  readonly plainPin: number;
}

export const ANALOG_ROWS: readonly Row<AnalogBench>[] = [
  [
    "a pin can be opened once, closing twice is harmless, use after closing is a SyntaxError",
    ({ io, pin }) => {
      const analog = new io({ pin });
      throws("RangeError", () => new io({ pin }));
      analog.close();
      analog.close();
      throws("SyntaxError", () => analog.read());
      new io({ pin }).close();
    },
  ],
  [
    "a pin that cannot be measured is refused, and takes nothing",
    ({ io, plainPin }) => {
      throws("RangeError", () => new io({ pin: plainPin }));
      throws("RangeError", () => new io({ pin: plainPin }));
    },
  ],
  [
    "a reading is a part of 2,450 mV in 12 bits",
    ({ io, pin, supply }) => {
      const analog = new io({ pin });
      assert.is(analog.resolution, 12);
      for (const millivolts of [500, 1_225, 2_000, 2_450, 3_300]) {
        supply(millivolts);
        const expected = Math.min(4_095, (millivolts * 4_095) / 2_450);
        assert.ok(Math.abs(Number(analog.read()) - expected) <= 1, `${millivolts}`);
      }
      analog.close();
    },
  ],
  [
    "the less it weakens the less it can measure, and what it cannot do is refused",
    ({ io, pin, supply }) => {
      for (const [attenuation, full] of [
        [0, 950],
        [2.5, 1_250],
        [6, 1_750],
        [12, 2_450],
      ] as const) {
        const analog = new io({ pin, esp32: { attenuation } });
        supply(475);
        assert.ok(Math.abs(Number(analog.read()) - (475 * 4_095) / full) <= 1, `${attenuation}`);
        supply(full);
        assert.is(analog.read(), 4_095);
        analog.close();
      }
      throws("RangeError", () => new io({ pin, esp32: { attenuation: 11 as 12 } }));
    },
  ],
];
