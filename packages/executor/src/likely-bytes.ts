/** Bytes that a number takes at most. */
const NUMBER = 12;

/** Arrays of more items are taken to consist of numbers. */
const FEW = 16;

/**
 * About how many bytes a value takes, as far as that is seen without looking deep into it: to be told by the codec that a large one does not
 * fit costs as much as writing it.
 */
export function likelyBytes(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  if (!Array.isArray(value)) return NUMBER;
  if (value.length > FEW) return value.length * NUMBER;
  let bytes = NUMBER;
  for (const item of value) bytes += Array.isArray(item) ? item.length * NUMBER : likelyBytes(item);
  return bytes;
}
