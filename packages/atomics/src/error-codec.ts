import * as ownErrors from "./errors.ts";

/** A class that errors keep on their way to another thread, and the name that stands for it. */
interface ErrorClass {
  readonly name: string;
  /** The URL of the module that registers it; "" where it is there anyway. */
  readonly module: string | undefined;
  readonly type: ErrorType;
}

type ErrorType = abstract new (...args: never) => Error;

/** What of an error travels. The contents of `own` and `hidden` may be anything and are left for the codec to make ready. */
export interface ErrorRecord {
  /** Its class and those above, as far as other threads can know them, the nearest first: name and module. */
  readonly classes: readonly (readonly [name: string, module: string | undefined])[];
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** A `code` that the class gives, not the error: kept where the class is unknown. */
  readonly code: string | undefined;
  /** Its enumerable properties. */
  readonly own: Record<string, unknown>;
  /** The others: `cause`, the `errors` of an AggregateError, … */
  readonly hidden: Record<string, unknown>;
}

const BUILT_IN = [
  ...["AggregateError", "SuppressedError", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError"],
  ...["URIError", "DOMException", "Error"],
];

const registered: ErrorClass[] = [];
/** These, and those that are there anyway. */
interface Known {
  readonly byPrototype: ReadonlyMap<object, ErrorClass>;
  readonly byName: ReadonlyMap<string, readonly ErrorClass[]>;
}

let known: Known | undefined;

/**
 * Lets errors of these classes keep their class on the way to other threads; those of other classes arrive as the nearest
 * registered or built-in class above.
 *
 * @param classes The classes under the names by which threads know them; a minifier does not change these.
 * @param module The URL of the module that makes this call (`import.meta.url`), which a receiver imports first.
 *
 * @example
 * registerErrors({ BrokenBarrierError }, import.meta.url);
 */
export function registerErrors(classes: Record<string, ErrorType>, module?: string): void {
  for (const [name, type] of Object.entries(classes)) registered.push({ name, module, type });
  known = undefined;
}

/** Takes an error apart. Never runs into what the error does not let read: a text says so instead. */
export function takeApart(error: Error): ErrorRecord {
  const classes = classesOf(error).map(({ name, module }) => [name, module] as const);
  const own: Record<string, unknown> = Object.create(null);
  const hidden: Record<string, unknown> = Object.create(null);
  for (const key of Object.getOwnPropertyNames(error)) {
    if (Object.prototype.propertyIsEnumerable.call(error, key)) own[key] = read(error, key);
    else if (key !== "name" && key !== "message" && key !== "stack") hidden[key] = read(error, key);
  }
  const name = nameOf(error, classes[0]?.[0]);
  const message = describe(read(error, "message") ?? "");
  const stack = read(error, "stack");
  const code = Object.hasOwn(error, "code") ? undefined : read(error, "code");
  return {
    ...{ classes, name, message, own, hidden },
    stack: typeof stack === "string" ? stack : `${name}: ${message}`,
    code: typeof code === "string" ? code : undefined,
  };
}

/** Makes the error again, yet without the properties of `own` and `hidden`; no constructor of a registered class runs. */
export function makeError(record: ErrorRecord): Error {
  const type = typeOf(record);
  const error: Error & { code?: unknown } = withoutStack(() => construct(type, record));
  define(error, "stack", record.stack, false);
  if (error.name !== record.name) define(error, "name", record.name, false);
  if (record.code !== undefined && error.code !== record.code) define(error, "code", record.code, false);
  return error;
}

function construct(type: ErrorType, { message, name }: ErrorRecord): Error {
  if (isSimple(type)) return new type(message);
  // Made by Error itself, so that it is an error to the engine too; only DOMException has to make its own.
  const dom = typeof DOMException === "function" && (type === DOMException || type.prototype instanceof DOMException);
  return Reflect.construct(dom ? DOMException : Error, [message, name], type);
}

/** Whether the language itself makes such an error of a message: much faster than having `Error` do it. */
function isSimple(type: unknown): type is new (message: string) => Error {
  return type === Error || type === TypeError || type === RangeError || type === SyntaxError || type === ReferenceError;
}

/** Makes an error whose own stack nobody is going to see: V8 takes four times as long to note one. */
function withoutStack<T extends Error>(make: () => T): T {
  const limit = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit");
  if (!limit?.writable) return make();
  try {
    Error.stackTraceLimit = 0;
    return make();
  } finally {
    Error.stackTraceLimit = limit.value;
  }
}

/** Gives the error the properties of its record, now that they are whole. */
export function dress(error: Error, { own, hidden }: ErrorRecord): void {
  // Defined, not assigned: the class may have a getter of that name.
  for (const key of Object.keys(own)) define(error, key, own[key], true);
  for (const key of Object.keys(hidden)) define(error, key, hidden[key], false);
}

/** A property, or a text that says why it can not be read. */
export function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch (error) {
    return `[cannot be read: ${describe(error)}]`;
  }
}

/** A text for a value of any kind, even one that can not be made a string. */
export function describe(value: unknown): string {
  try {
    return typeof value === "function" ? `[function ${value.name}]` : String(value);
  } catch {
    return `[${typeof value}]`;
  }
}

function classesOf(error: Error): ErrorClass[] {
  const { byPrototype } = knownClasses();
  const found: ErrorClass[] = [];
  for (let at: unknown = error; at; at = Object.getPrototypeOf(at)) {
    const same = byPrototype.get(at as object);
    if (same) found.push(same);
  }
  return found;
}

/** The nearest of its classes that this thread knows. Its module may have another URL here: bundles differ. */
function typeOf({ classes }: ErrorRecord): ErrorType {
  const { byName } = knownClasses();
  for (const [name, module] of classes) {
    const same = byName.get(name);
    if (same) return (same.find((candidate) => candidate.module === module) ?? (same[0] as ErrorClass)).type;
  }
  return Error;
}

// Not at the top of the module: a bundle that only registers classes then does without it.
function knownClasses(): Known {
  if (known) return known;
  const byPrototype = new Map<object, ErrorClass>();
  const byName = new Map<string, ErrorClass[]>();
  for (const each of [...registered, ...classesEverywhere()]) {
    // The first name that a class was registered under stands for it.
    if (!byPrototype.has(each.type.prototype)) byPrototype.set(each.type.prototype, each);
    byName.set(each.name, [...(byName.get(each.name) ?? []), each]);
  }
  known = { byPrototype, byName };
  return known;
}

function classesEverywhere(): ErrorClass[] {
  const types: Record<string, unknown> = { ...ownErrors };
  for (const name of BUILT_IN) types[name] = (globalThis as Record<string, unknown>)[name];
  return Object.entries(types).flatMap(([name, type]) =>
    typeof type === "function" ? { name, module: "", type: type as ErrorType } : [],
  );
}

/** Its name; that of its class where it has only the inherited one, as with `class MyError extends Error {}`. */
function nameOf(error: Error, inherited: string | undefined): string {
  const name = describe(read(error, "name"));
  const maker = read(error, "constructor");
  return name === inherited && typeof maker === "function" && maker.name ? maker.name : name;
}

function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
}
