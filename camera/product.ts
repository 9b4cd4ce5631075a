// Which image sensor answers on its control wires, by the product numbers in its registers.
// Why: files may come from what is no sensor any more: the driver's memory, or a ribbon that was pulled. A chip that says who it is has
// power, a clock and whole wires. It says nothing of the picture: that the picture lives is for freeze.ts and blink.ts.
// Follows the data sheets of OV2640, OV3660 and OV5640 by way of esp32-camera 2.x (sensor.h, and what its drivers compare at a start).

/** Reads a register. @returns 0..255, or undefined where nothing answers */
export type ReadRegister = (address: number) => number | undefined;

/** A sensor, and what its registers hold as long as it is there. */
export interface Product {
  readonly name: "OV2640" | "OV3660" | "OV5640";
  /** Two of each, and different ones: some drivers give what lay in memory where a chip does not answer. */
  readonly marks: readonly (readonly [address: number, value: number])[];
}

function product(name: Product["name"], ...marks: Product["marks"]): Product {
  for (const mark of marks) Object.freeze(mark);
  return Object.freeze({ name, marks: Object.freeze(marks) });
}

/** The sensors that the camera's boards are sold with. An OV2640 has two banks, of which 1 is the sensor's: it is the high byte. */
export const PRODUCTS: readonly Product[] = Object.freeze([
  product("OV2640", [0x10a, 0x26], [0x11c, 0x7f]),
  product("OV3660", [0x300a, 0x36], [0x300b, 0x60]),
  product("OV5640", [0x300a, 0x56], [0x300b, 0x40]),
]);

/** Gives the sensor that answers; undefined where none does, or one that is not in the list. */
export function findProduct(read: ReadRegister): Product | undefined {
  return PRODUCTS.find((sensor) => answers(sensor, read));
}

/** Whether that sensor still answers. */
export function answers({ marks }: Product, read: ReadRegister): boolean {
  return marks.every(([address, value]) => read(address) === value);
}
