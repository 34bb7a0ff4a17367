import { HANDLE, type Handle, type HandleMaker, registerType } from "../src/handle.ts";

// A primitive for tests: a thread has one object per number, as with real ones.
const lamps = new Map<number, NumberedLamp>();

class NumberedLamp implements HandleMaker {
  readonly serial: number;
  constructor(serial: number = lamps.size + 1) {
    this.serial = serial;
    lamps.set(serial, this);
  }
  [HANDLE](): Handle {
    return { type: "Lamp", arena: 0, offset: 0, serial: this.serial };
  }
}

registerType("Lamp", {
  module: "file:///lamp.ts",
  revive: ({ serial }) => lamps.get(serial) ?? new NumberedLamp(serial),
});

export type Lamp = HandleMaker & { readonly serial: number };
export const Lamp: new (serial?: number) => Lamp = NumberedLamp;
