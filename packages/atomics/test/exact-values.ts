/** Values that arrive as they were, in every detail. */
export const EXACT: readonly [what: string, value: unknown][] = [
  [
    "numbers",
    [0, -0, 1, -1, 2 ** 23 - 1, 2 ** 23, -(2 ** 23), -(2 ** 23) - 1, 2 ** 31, -(2 ** 31), 1.5, Number.NaN, Infinity],
  ],
  ["big integers", [0n, -1n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 2n ** 500n]],
  ["text", ["", "a", "ÿ", "Ā", "\ud800", "\udc00\ud800", "\0", "x".repeat(24), "é".repeat(25), "日".repeat(9000)]],
  ["dates", [new Date(0), new Date(-1.5), new Date(Number.NaN)]],
  ["regular expressions", [/a/, /\/[/]\n/dgimsuy, /(?:)/]],
  ["boxed primitives", [Object(-0), Object(""), Object(false), Object(2n ** 70n)]],
  ["keys of any kind", { "": 1, "\ud800": 2, 日本: 3, '"\\': 4, 7: 5, constructor: 6 }],
  ["many keys", Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key ${i}`, { i }]))],
  [
    "long keys",
    [
      { ["k".repeat(300)]: 1, a: 2 },
      { a: 1, ["k".repeat(300)]: 2 },
    ],
  ],
  ["empty things", [{}, [], new Map(), new Set(), new ArrayBuffer(0), new Uint8Array()]],
  ["errors", [new RangeError("no"), new AggregateError([1], "many"), new Error("a", { cause: "b" })]],
];
