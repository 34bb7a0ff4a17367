import { Arena, HANDLE, type Handle, registerType } from "@conc/atomics";
import { describeTask, resolveTask, type TaskReference } from "@conc/thread";

/** The locals that this thread has, by a key that is the same in all threads. */
const locals = new Map<string, WeakRef<object>>();
const collected = new FinalizationRegistry<string>((key) => {
  if (locals.get(key)?.deref() === undefined) locals.delete(key);
});
let made = 0;

/**
 * An object of which each thread has its own: what one thread sets, no other one sees.
 *
 * It is an ordinary object to read, set, delete and list properties of. Passed to another thread it is the same local there, with
 * that thread's values. All async tasks of a thread share the thread's values; `taskLocal` is for tasks.
 *
 * @param init Makes a thread's object when the thread first touches it; it runs once in each thread that does, and must be
 * registered with `tasks` or capture nothing if the local is passed on. Left out, threads begin with an empty object.
 * @throws {TypeError} If `init` is not a function.
 *
 * @example
 * const data = local<{ x?: number }>();
 * data.x = 1;
 * new Thread({ target: work, args: [data] }).start(); // there data.x is undefined
 *
 * @see CPython `threading.local`; instead of a subclass with a constructor there is `init`.
 */
export function local<T extends object>(init?: () => T): T {
  if (init !== undefined && typeof init !== "function")
    throw new TypeError(`init must be a function, got ${typeof init}`);
  made++;
  return makeLocal(`${Arena.default.agent.id}:${made}`, init, () => init && describeTask(init)) as T;
}

function makeLocal(
  key: string,
  init: (() => object) | undefined,
  describeInit: () => TaskReference | undefined,
): object {
  let values: object | undefined;
  // Methods run on the thread's own object, so that its private fields work.
  const methods = new WeakMap<object, unknown>();
  const own = (): object => {
    values ??= checkObject(init ? init() : {});
    return values;
  };
  const handle = (): Handle => {
    const reference = describeInit();
    const modules = reference && "module" in reference ? [reference.module] : [];
    return { type: "local", arena: Arena.default.id, offset: 0, serial: 0, key, init: reference ?? null, modules };
  };
  const proxy = new Proxy(
    {},
    {
      get(_target, property) {
        if (property === HANDLE) return handle;
        const value = Reflect.get(own(), property, own());
        if (typeof value !== "function" || Object.hasOwn(own(), property) || property === "constructor") return value;
        if (!methods.has(value)) methods.set(value, value.bind(own()));
        return methods.get(value);
      },
      has: (_target, property) => property === HANDLE || Reflect.has(own(), property),
      set: (_target, property, value) => Reflect.set(own(), property, value, own()),
      deleteProperty: (_target, property) => Reflect.deleteProperty(own(), property),
      ownKeys: () => Reflect.ownKeys(own()),
      getPrototypeOf: () => Reflect.getPrototypeOf(own()),
      getOwnPropertyDescriptor(_target, property) {
        const descriptor = Reflect.getOwnPropertyDescriptor(own(), property);
        // A proxy may only tell of fixed properties that its target has.
        return descriptor && { ...descriptor, configurable: true };
      },
      defineProperty: (_target, property, descriptor) =>
        Reflect.defineProperty(own(), property, { ...descriptor, configurable: true }),
    },
  );
  locals.set(key, new WeakRef(proxy));
  collected.register(proxy, key);
  return proxy;
}

function checkObject(value: object): object {
  if (typeof value === "object" && value !== null) return value;
  throw new TypeError(`the init of a local must return an object, got ${value === null ? "null" : typeof value}`);
}

registerType("local", {
  module: import.meta.url,
  revive(handle) {
    const key = handle.key as string;
    const init = (handle.init as TaskReference | null) ?? undefined;
    const known = locals.get(key)?.deref();
    return known ?? makeLocal(key, init && (() => resolveTask(init)()), () => init);
  },
});
