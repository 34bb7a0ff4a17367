// Reads with the codec what another thread wrote, and writes it again for that thread to read.
import { Arena } from "../../src/arenas.ts";
import { ByteCodec } from "../../src/byte-codec.ts";
import "../../src/atomic-int32.ts";
import "../lamp.ts";

/** Of the cells: whose turn it is, and where the value ends. */
export const TURN = 0;
export const END = 1;

/** Whose turn it is. */
export const SENDER = 0;
export const ECHO = 1;
/** The sender's, who reads an error that the echo met. */
export const FAILED = 2;
export const OVER = 3;

/** Answers each value at `from` with the same one at `to`, where there is so much room, until it is over. */
export function echo(cells: Int32Array, from: number, to: number, room: number): void {
  const codec = ByteCodec.of(Arena.default);
  const write = (value: unknown): void => {
    cells[END] = codec.write(value, to, to + room);
  };
  for (;;) {
    Atomics.wait(cells, TURN, SENDER);
    if (Atomics.load(cells, TURN) === OVER) return;
    let turn = SENDER;
    try {
      write(codec.read(from, cells[END] as number));
    } catch (error) {
      write(error);
      turn = FAILED;
    }
    Atomics.store(cells, TURN, turn);
    Atomics.notify(cells, TURN);
  }
}
