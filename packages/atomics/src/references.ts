/** How functions of one kind travel. */
export interface ReferenceCodec {
  /** The URL of the module that a receiver has to import first. */
  module(value: Function): string;
  /** Plain data that stands for the function; undefined if it is not of this kind. */
  encode(value: Function): unknown;
  decode(encoded: unknown): unknown;
}

/** The kinds of functions that can travel. */
export const references: Map<string, ReferenceCodec> = new Map();

/** Lets functions of one kind travel, which otherwise can not. */
export function registerReference(kind: string, codec: ReferenceCodec): void {
  references.set(kind, codec);
}
