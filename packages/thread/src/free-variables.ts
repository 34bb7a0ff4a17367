import { read } from "./source-reader.ts";

/**
 * Lists the names that the function's source uses but does not declare and that no thread knows as a global.
 *
 * Never lists what is not captured, but may miss what is: behind `eval` and `with`, where a function or class declared
 * in a block has the same name, in syntax it does not know. `super`, `#field` and `import.meta` are listed too, if they
 * are those of the class or module around the source, and so is `arguments` in an arrow function; `this` is not. A name
 * only used as in `typeof name` is no capture, nor is one that is compared so with `"undefined"`, as one does with a
 * global.
 *
 * @param source What `toString` of a function, method or class returns.
 * @param isKnown Says whether every thread has a global of that name.
 * @returns Each name once; none if the function can be sent.
 */
export function freeVariables(source: string, isKnown: (name: string) => boolean): string[] {
  return [...read(source)[1]].filter((name) => !isKnown(name));
}

/**
 * Turns the source into an expression that `(0, eval)("(" + … + ")")` accepts and that evaluates to the function.
 *
 * Methods, getters and setters become function expressions without a name; everything else stays as it is.
 *
 * @param source What `toString` of a function, method or class returns.
 * @throws {TypeError} If the function is native or bound: it has no source.
 */
export function toExpression(source: string): string {
  if (/\{\s*\[native code\]\s*\}$/.test(source)) {
    throw new TypeError(`no source to send: ${source}; wrap it, as in (x) => Math.sqrt(x), or register it by name`);
  }
  return read(source)[0];
}
