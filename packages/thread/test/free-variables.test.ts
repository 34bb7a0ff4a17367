// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are templates in a source.

import { createRequire } from "node:module";
import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { freeVariables, toExpression } from "../src/free-variables.ts";

const isGlobal = (name: string): boolean => name in globalThis;

/** A source, and the names it captures. */
type Case = readonly [source: string, ...names: string[]];

const cases: Record<string, readonly Case[]> = {
  "variables, parameters and globals": [
    ["(a, b) => a + b"],
    ["(a) => a + b", "b"],
    ["function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) }"],
    ["(x) => Math.max(x, undefined, NaN, null, true, false, this)"],
    ["() => { const a = 1, b = a; let c; var d; return [a, b, c, d, e] }", "e"],
    ["() => { use(hoisted, Later); function hoisted() {} class Later {} }", "use"],
    ["() => b + a + b", "b", "a"],
    ["function () { return arguments.length + this.x }"],
    ["() => arguments.length", "arguments"],
  ],
  assignments: [
    ["() => counter++", "counter"],
    ["() => --counter", "counter"],
    ["() => { counter += 1 }", "counter"],
    ["() => { counter = counter + 1 }", "counter"],
    ["() => { counter ??= 1; total ||= 2; power **= 3; bits >>>= 4 }", "counter", "total", "power", "bits"],
    ["() => { [first, ...rest] = [1]; ({ a: target, b, c: o.p = q } = {}) }", "first", "rest", "target", "b", "o", "q"],
    ["() => { a = b\n++c\nd }", "a", "b", "c", "d"],
    ["(a) => { a = 1; a++; delete a.b; void a }"],
  ],
  destructuring: [
    ["({ a, b: c, d = 1, e: { f = g }, ...h }) => [a, c, d, f, h, b, e]", "g", "b", "e"],
    ["([a, , b = c, [d], ...[e]]) => [a, b, d, e]", "c"],
    ["({ [key]: a, 'b': b, 1: c, async, get, set }) => [a, b, c, async, get, set]", "key"],
    ["() => { const { a, b: [c] = d } = e, [f] = g; return a + c + f }", "d", "e", "g"],
    ["(a, b = a, c = () => b + d) => c", "d"],
    ["function (a = x, { b } = y, ...[c]) { return a + b + c }", "x", "y"],
  ],
  "arrow functions": [
    ["x => y => x + y"],
    ["async x => await x"],
    ["async (x, { y }) => { await x; return y }"],
    ["async => async"],
    ["async () => {}"],
    ["() => async(b)", "b", "async"],
    ["() => ({ a: b })", "b"],
    ["() => (a, b)", "a", "b"],
    ["((a, b = (c, d = (e) => e + a) => c + d) => b(a))"],
    ["(a) => (b)", "b"],
    ["() => { const f = () => {}\n/re/.test(''); return f }"],
    ["(a, b, c) => a ? (b) : (c) => c"],
    ["(a) => a ? (b) => b : c => d", "d"],
    ["(a) => a ? async (b) : [(c), async (d) => d]", "b", "async", "c"],
  ],
  "functions, methods and classes": [
    ["function () { function a() { return b } return a }", "b"],
    ["() => { (function inner() { inner() }); inner }", "inner"],
    ["() => { if (1) { function inBlock() {} } inBlock() }"],
    ["function* () { yield* a; const b = yield; yield\nreturn b }", "a"],
    ["function* () { const a = yield /re/g; a[yield]; f(yield, yield a) }", "f"],
    ["async function* () { for await (const a of b) yield await a }", "b"],
    ["foo(a) { return a + b }", "b"],
    ["async *[key](a) { yield a }"],
    ["get 'some key'() { return a }", "a"],
    ["set x(value) { a = value }", "a"],
    [
      "() => ({ a() { return 1 }, get b() { return c }, async *d() {}, [e]: f, 'g'() {}, 1: h, ...i, get, async() {} })",
      ...["c", "e", "f", "h", "i", "get"],
    ],
    [
      "class A extends B { static #n = 0; x = y; 'z' = 1; static s; static { var v = w; A.#n = v } get [k]() { return this.#m() } #m() {} }",
      ...["B", "y", "w", "k"],
    ],
    [
      "class { get\nset\nstatic async\n*gen() {}\nstatic = 1; a = () => this.b\nc = 2\n#d\nhas(o) { return #d in o && o?.#d } }",
    ],
    ["class extends (a, b) { constructor() { super(); super.x; new.target } }", "a", "b"],
    ["() => { class A { a = A } return new A() instanceof A }"],
    ["() => [class A { a = A }, A]", "A"],
    ["function () { return new.target ?? new (class {})() }"],
  ],
  "blocks and statements": [
    ["() => { for (const a of b) a; for (var c in d) c; for (e of f) {} }", "b", "d", "e", "f"],
    ["() => { for (let i = 0, n = m; i < n; i++) i; for (;;) break; return i }", "m", "i"],
    [
      "() => { for (const [k, { v = w }] of m) k + v; for (o.p in q); for ({ r } of s); }",
      "w",
      "m",
      "o",
      "q",
      "r",
      "s",
    ],
    ["() => { for (const of of [of]) of; for (var i = 0 in a) i }", "a"],
    ["() => { for (const a of b) if (a) c(a)\nelse d(a) }", "b", "c", "d"],
    ["() => { for (const a of b) try { a() } catch { a } finally { a } }", "b"],
    ["() => { for (const a of b) do a(); while (a) }", "b"],
    ["() => { do {} while (0)\nlet a = 1\nreturn a }"],
    ["() => { if (0) return\nconst a = 1\nreturn a }"],
    ["() => { return\nfunction a() { a() } }"],
    ["() => { if (0) return\nelse a() }", "a"],
    ["() => { try {} catch ({ a, b: [c] }) { a + c } try {} catch (d) { d } try {} catch {} d }", "d"],
    ["(x) => { switch (x) { case a: { let b } case 'c': default: let d; d + b } }", "a", "b"],
    ["() => { outer: for (;;) { inner: { continue outer } break\nx } }", "x"],
    ["() => { e: for (;;) { if (0) continue e; break e } e: { e() } }", "e"],
    ["() => { if (0) for (const a of []) a; else a() }", "a"],
    ["() => { try {} catch (a) { a } finally { a() } }", "a"],
    ["(x) => { switch (x) { case a: case b: c: break\ncase d: default: } }", "a", "b", "d"],
    ["() => { while (0) /re/.test(a); if (0) /[/]'/.test(b); else /\"/.test(c) }", "a", "b", "c"],
    ["() => { let let_ = 1; { let let_ = 2 } debugger\nthrow let_ }"],
    ["() => { var a = b; throw new Error(a) }", "b"],
    ["() => { using a = b(); await: { a } }", "b"],
    ["async () => { await using a = b(); for (await using c of d) a + c }", "b", "d"],
    ["() => { using(a); using.b }", "using", "a"],
    ["(a, b) => { with (a) { b(c) } }"],
    ["() => { eval('var a = 1'); return a }"],
  ],
  "strings, templates, regular expressions, numbers and comments": [
    ["() => 'a' + \"b\" + 'it\\'s' + 'c\\\nd'"],
    ["(a) => `b ${a} ${`c ${d} \\` \\${e} $ {f}`} ${{ g: a }.g}`", "d"],
    ["(a) => tag`${a, b}`.c`d`", "tag", "b"],
    ["() => `${function () { return a }()} ${class {}.name}`", "a"],
    ["(a, g) => a / 2 / g + a++ / g + [a] / g + (a) / g"],
    ["(a) => [/'/g, a ? /\"/ : /`/, !/\\//, /[/\\]']/u, /=/, typeof /'/, a / '/' / /'/]"],
    ["(a) => { a /= 2; {} /'/.test(a); return /}/ }"],
    ["(e) => [0x1F, 0b1, 0o7, 1_000n, 1e5, 1e-5, 1.5E+3, .5, 5., 1..toString(), 1.5.toFixed(), .5.valueOf(), 08]"],
    ["(e, x) => [1.e3, 0xE+x, 1e1-e, 2 .e]"],
    ["(a) => a ?.5 : .6"],
    ["() => { /* a */ // b\n/* ' */ return /* ` */ c // d\n}", "c"],
    ["async/* a */function/* b */(/* c */) { /* d */ }"],
  ],
  "properties and operators": [
    ["(a) => a.b.c + a?.b?.[c]?.(d) + a.if.class.await", "c", "d"],
    ["(a) => a\n.b\n?.c"],
    ["(...a) => [...a, ...b, f(...c)]", "b", "f", "c"],
    ["(a) => ({ a, b, c: 1, ...d })", "b", "d"],
    ["() => a ? b : c ? d : e", "a", "b", "c", "d", "e"],
    ["() => a ?? b ?. c", "a", "b"],
    ["(a, b) => a in b || a instanceof b || a === b || a !== b || a >= b || a ** -b || a >>> b || !a < ~b"],
    ["() => new a.b(c, new d)", "a", "c", "d"],
    ["() => import('node:fs').then(f)", "f"],
    ["() => import.meta.url", "import.meta"],
    ["() => __name(() => {}, 'a')", "__name"],
  ],
  typeof: [
    ["() => typeof a"],
    ["() => typeof (a) === 'function'"],
    ["() => typeof a.b + typeof c() + typeof d[0]", "a", "c", "d"],
    ["() => typeof a === 'function' && a()", "a"],
    ["() => typeof a !== 'undefined' && a()"],
    ["()=>typeof a<'u'?a:0"],
    ["() => 'undefined' != typeof a ? a : 0"],
    ["() => { if (typeof a === 'undefined') return 0; return () => a }"],
  ],
  "words that are names elsewhere": [
    [
      "(of, get, set, async, let_, from, as, type, target, meta) => of + get + set + async + from + as + type + target + meta",
    ],
    ["() => { var let = 1, yield_ = let; static_: for (let of of [let]) of; return let }"],
    ["() => { var async = 1; async\nvar get = async; get }"],
    ["() => [of, get, set, from, as]", "of", "get", "set", "from", "as"],
    ["() => { x = a.async\nconst b = 1; return b }", "x", "a"],
    ["() => { let { let: a, of: b } = c; var { var: d } = a }", "c"],
  ],
  "names that are not ASCII": [
    ["(größe, $, _, 変数, 𠮷) => größe + $ + _ + 変数 + 𠮷"],
    ["() => größe + 𠮷", "größe", "𠮷"],
    ["(a, bc, 𠮷) => \\u0061 + b\\u{63} + \\u{20BB7}"],
    ["() => { const \u00a0a\u00a0=\u00a01\ufeff; return a }"],
  ],
  "what belongs to a class or module around": [
    ["foo() { return super.foo() }", "super"],
    ["foo(a) { return this.#b + a.#b }", "#b"],
    ["#foo() { return this.#foo }", "#foo"],
    ["() => class { #a; b(c) { return c.#a } }"],
    ["() => ({ __proto__: null, a() { return super.a } })"],
  ],
};

const methods: readonly (readonly [source: string, expected: string])[] = [
  ["foo(a) { return a }", "function (a) { return a }"],
  ["async foo(a) {}", "async function (a) {}"],
  ["*foo() {}", "function* () {}"],
  ["async *foo() {}", "async function* () {}"],
  ["async* foo() {}", "async function* () {}"],
  ["get foo() {}", "function () {}"],
  ["set foo(a) {}", "function (a) {}"],
  ["'foo(' () {}", "function () {}"],
  ["1.5() {}", "function () {}"],
  ["[`a${(b)}](`]() {}", "function () {}"],
  ["async [(a, b)] /* ( */ (c) {}", "async function (c) {}"],
  ["#foo(a = {}, { b }, ...[c]) {}", "function (a = {}, { b }, ...[c]) {}"],
  ["async(a) {}", "function (a) {}"],
  ["get(a) {}", "function (a) {}"],
  ["get async() {}", "function () {}"],
  ["async get() {}", "async function () {}"],
  ["async async() {}", "async function () {}"],
  ["class(a) {}", "function (a) {}"],
  ["*function() {}", "function* () {}"],
  ["get function() {}", "function () {}"],
  ["async *function() {}", "async function* () {}"],
  ...["if", "in", "new", "typeof", "delete", "return", "yield", "await", "let", "var", "case", "import", "this"].map(
    (name) => [`${name}(a) {}`, "function (a) {}"] as const,
  ),
];

/** Node 20 does not know `using`; the rest compiles only in the class or the module that it belongs to. */
const CANNOT_COMPILE = /using |super|#|import\.meta/;

/** Throws if V8 does not take it for one expression. */
function compile(expression: string): Script {
  return new Script(`(${expression})`);
}

/** The sources of all functions that hang on the value, down to its prototypes. */
function sourcesIn(value: unknown, found: Map<unknown, string> = new Map()): Map<unknown, string> {
  if (value === null || (typeof value !== "object" && typeof value !== "function") || found.has(value)) return found;
  found.set(value, typeof value === "function" ? Function.prototype.toString.call(value) : "");
  for (const property of Object.values(Object.getOwnPropertyDescriptors(value))) {
    for (const part of [property.value, property.get, property.set]) sourcesIn(part, found);
  }
  return found;
}

describe("freeVariables", () => {
  it("names what a function captures", () => {
    expect(freeVariables("(a) => a + b + Math.PI + __name(c)", isGlobal)).toEqual(["b", "__name", "c"]);
  });

  for (const [topic, table] of Object.entries(cases)) {
    it.each(table)(`reads ${topic}: %s`, (source, ...names) => {
      expect(freeVariables(source, isGlobal)).toEqual(names);
      // The case is a function indeed.
      if (!CANNOT_COMPILE.test(source)) compile(toExpression(source));
    });
  }

  it("reads the same from an expression as from the method it comes from", () => {
    for (const [source, ...names] of Object.values(cases).flat()) {
      expect(freeVariables(toExpression(source), isGlobal)).toEqual(names);
    }
  });

  it("does not know a global that the caller does not", () => {
    expect(freeVariables("() => [Math, undefined]", () => false)).toEqual(["Math", "undefined"]);
  });

  it("names nothing if the source cannot be followed to its end", () => {
    for (const source of ["() => { a", "() => a b", "() => '", "() => `${a", "() => /a", "() => (a", "function", ""]) {
      expect(freeVariables(source, isGlobal)).toEqual([]);
      expect(toExpression(source)).toBe(source);
    }
  });

  it("gives up where the nesting is too deep for the stack", () => {
    expect(freeVariables(`() => ${"[".repeat(1e5)}a${"]".repeat(1e5)}`, isGlobal)).toEqual([]);
  });

  it("is quick with what is long or never ends", () => {
    const long = "\\n".repeat(1e6);
    const started = performance.now();
    expect(freeVariables(`() => ["${long}", \`${long}\`, /${long}/, /*${long}*/ a]`, isGlobal)).toEqual(["a"]);
    for (const open of ['"', "`", "/", "/*"]) freeVariables(`() => a + ${open}${long}`, isGlobal);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("takes less than a millisecond for 5 kB", () => {
    const line =
      "  for (const [key, value] of Object.entries(table)) if (!seen.has(key)) list.push(`${key}=${value / 2}`);\n";
    const source = `function (table, seen, list) {\n${line.repeat(5000 / line.length)}}`;
    let best = Number.POSITIVE_INFINITY;
    // On a busy machine it takes longer until the compiler has settled.
    for (let run = 0; run < 50 || (best >= 1 && run < 2000); run++) {
      const started = performance.now();
      expect(freeVariables(source, isGlobal)).toEqual([]);
      best = Math.min(best, performance.now() - started);
    }
    expect(best).toBeLessThan(1);
  });

  it("finds in all functions of Node's library just what makes them whole", () => {
    const require = createRequire(import.meta.url);
    const modules = ["assert", "child_process", "crypto", "dns", "events", "fs", "http", "net", "path", "perf_hooks"];
    modules.push("readline", "repl", "stream", "timers", "tls", "url", "util", "v8", "vm", "worker_threads", "zlib");
    const sources = new Set(modules.flatMap((name) => [...sourcesIn(require(`node:${name}`)).values()]));
    let count = 0;
    for (const source of sources) {
      if (source === "" || source.endsWith("[native code] }")) continue;
      count++;
      const names = freeVariables(source, () => false);
      const expression = toExpression(source);
      const variables = names.filter((name) => /^\w+$/.test(name) && name !== "super" && name !== "arguments");
      expect(freeVariables(`(${variables}) => ${expression}`, (name) => !variables.includes(name))).toEqual([]);
      // What V8 refuses outside of its class was named.
      if (variables.length === names.length) compile(expression);
    }
    expect(count).toBeGreaterThan(1000);
  });
});

describe("toExpression", () => {
  it("leaves functions, arrow functions and classes as they are", () => {
    for (const source of [
      ...["function () {}", "function a() {}", "function* a() {}", "async function () {}", "async function* a() {}"],
      ...["a => a", "() => {}", "(a) => (b) => a", "async a => a", "async (a) => a", "async => async", "get => 1"],
      ...["class {}", "class A {}", "class extends B {}", "class A extends (B, C) {}", "async /* */ function () {}"],
    ]) {
      expect(toExpression(source)).toBe(source);
    }
  });

  it.each(methods)("makes a function expression of the method %s", (source, expected) => {
    expect(toExpression(source)).toBe(expected);
    compile(expected);
  });

  it("gives what evaluates to the same function", async () => {
    const key = "computed (";
    class Sample {
      static twice(n: number): number {
        return n * 2;
      }
      async later(n: number): Promise<number> {
        return (await n) * 2;
      }
      *each(n: number): Generator<number> {
        yield n * 2;
      }
      get four(): number {
        return 4;
      }
      [key](n: number): number {
        return n * 2;
      }
    }
    // biome-ignore lint/security/noGlobalEval: this is what the expression is for.
    const evaluate = eval;
    const copy = (method: object): any => evaluate(`(${toExpression(String(method))})`);
    const { prototype } = Sample;
    expect(copy(Sample.twice)(2)).toBe(4);
    expect(await copy(prototype.later)(2)).toBe(4);
    expect([...copy(prototype.each)(2)]).toEqual([4]);
    expect(copy(Object.getOwnPropertyDescriptor(prototype, "four")!.get!)()).toBe(4);
    expect(copy(prototype[key])(2)).toBe(4);
    expect(copy((n: number) => n * 2)(2)).toBe(4);
    expect(copy(class Four {}).name).toBe("Four");
  });

  it("refuses native and bound functions, and says what to do", () => {
    for (const method of [Math.sqrt, Map, (() => 1).bind(null), class {}.bind(null)]) {
      expect(() => toExpression(String(method))).toThrow(TypeError);
    }
    expect(() => toExpression(String(Math.sqrt))).toThrow(
      "no source to send: function sqrt() { [native code] }; wrap it, as in (x) => Math.sqrt(x), or register it by name",
    );
  });

  it("takes a function that only mentions native code", () => {
    const source = '() => "{ [native code] }"';
    expect(toExpression(source)).toBe(source);
  });
});
