/*
 * Which variables does a function capture? Answered from its source alone, before it is sent to another thread.
 *
 * The reader is exact about names and careless about the rest: operators have no precedence, statements need no end,
 * and what only a compiler would refuse passes. So it stays small. Refusing a good function is worse than sending a bad
 * one, which fails over there: where a choice is left, a name counts as declared, and a source that cannot be followed
 * to its very end has no free variables at all.
 */

import { REGEXP, Source, TEMPLATE } from "./source.ts";

// What stands before an operand, and between two. A long operator is one of the latter, then some of the former: `=`
// and `=`, `=` for `===`. Statements that only take an expression begin with a prefix, too. Those of group 1 may end
// with the line, those of group 2 take a label.
const PREFIX =
  /^(?:[-+]{1,2}|[.*%&|^<>=!~]|new|void|delete|typeof|await|throw|case|default|(return|debugger|yield|(break|continue)))$/;
const INFIX = /^(?:[-+*/%&|^<>=!]|\?\?|in|instanceof)$/;
const DECLARES = /^(?:var|let|const|using)$/;
// Statements that hold others: group 1 has a head in parentheses, group 2 goes on with the one before.
const HOLDS = /^(?:(if|for|while|switch|with)|(else|catch|finally)|do|try)$/;

// "Declared" in the body of `with` and in a function that calls `eval`: anything may be.
const ANYTHING = "*";

type Scope = [names: Set<string>, vars: Set<string>, used: string[]];

/** @returns The source as an expression, and the names it does not declare. */
export function read(text: string): [expression: string, free: Iterable<string>] {
  const source = new Source(text);

  // The scope: what it declares, what `var` in it does, what it uses. All settled at its source.end, so hoisting is no matter.
  const root = new Set(["this", "null", "true", "false", "import"]);
  let names = root;
  let vars = root;
  let used: string[] = [];

  function free(): Set<string> {
    return new Set(used.filter((name) => !names.has(name) && !names.has(ANYTHING)));
  }

  function scoped(content: () => void, isFunction = false): void {
    const outer: Scope = [names, vars, used];
    names = new Set();
    if (isFunction) vars = names;
    used = [];
    content();
    const inner = free();
    [names, vars, used] = outer;
    used.push(...inner);
  }

  function block(): void {
    source.until("}", statement);
  }

  function statement(): void {
    const keyword = source.word;
    const [holds, hasHead] = HOLDS.exec(keyword) ?? [];
    if (source.token === "{") scoped(block);
    else if (holds) {
      scoped(() => {
        source.next();
        if (keyword === "with") names.add(ANYTHING);
        if (keyword === "catch" && source.token === "(") brackets(names);
        if (hasHead && source.word === "await") source.next();
        if (hasHead) brackets();
        statement();
        if (keyword === "do") {
          source.next();
          brackets();
        }
      });
    } else {
      const count = used.length;
      expression(true);
      if (source.token === ":") {
        // A label is no variable.
        if (keyword !== "case") used.length = count;
        source.next();
        statement();
      } else if (source.token === ";") source.next();
    }
    if (holds && HOLDS.exec(source.token)?.[2]) statement();
  }

  /** Operands with operators between; or nothing, as in a bare `return`. A statement may have commas, too. */
  function expression(isStatement = false): void {
    let isTypeof = false;
    for (let isFirst = isStatement; ; isFirst = false) {
      const prefix = PREFIX.exec(source.token);
      if (prefix) {
        isTypeof = source.token === "typeof";
        source.next();
        if (prefix[1] && source.startsLine()) return;
        if (prefix[2] && source.word) source.next();
        continue;
      }
      const first = source.start;
      const count = used.length;
      const isWhole = operand(isFirst);
      if (!isWhole) suffixes();
      if (isTypeof && /^\(*[^.([`]+$/.test(source.text.slice(first, source.endBefore))) {
        // It never throws, and who compares it with "undefined" (minified: "u") is ready for there being no such name.
        const isGuard = /(["'`])u(ndefined)?\1/.test(source.text.slice(Math.max(0, first - 25), source.endBefore + 20));
        for (const name of used.splice(count)) if (isGuard) root.add(name);
      }
      isTypeof = false;
      if (source.token === "?") {
        source.next();
        expression();
        source.expect(":");
      } else if ((!isWhole && INFIX.test(source.token)) || (isStatement && source.token === ",")) source.next();
      else return;
    }
  }

  /** @returns true if no operator can follow: after an arrow function, and after a declaration. */
  function operand(isStatement = false): boolean {
    const name = source.word;
    if (name) {
      source.next();
      if (name === "function" || (name === "class" && source.token !== "(")) return definition(name, isStatement);
      if (DECLARES.test(name) && (source.word || source.token === "[" || source.token === "{")) {
        const into = name === "var" ? vars : names;
        pattern(into);
        while (source.token === ",") {
          source.next();
          pattern(into);
        }
        return true;
      }
      if (source.token === "=>") return callable(name);
      if (name === "async") {
        if (source.token === "(" && group()) return true;
        if (source.word && !source.startsLine()) return operand(isStatement);
      }
      if (name === "eval" && source.token === "(") vars.add(ANYTHING);
      used.push(name);
    } else if (source.token === "(") return group();
    else if (source.token === "[") brackets();
    else if (source.token === "{") members();
    else {
      if (source.token === "/") source.next(source.start, REGEXP);
      // A regular expression, a string, a number, `new.target`.
      if (/^\.?[/"'\dn]/.test(source.token)) source.next();
    }
    return false;
  }

  function suffixes(): void {
    for (;;) {
      if (source.token === "(" || source.token === "[") brackets();
      else if (source.token === "`") template();
      else if (source.token === "." || source.token === "?.") {
        source.next();
        if (source.word.startsWith("#")) used.push(source.word);
        if (source.word) source.next();
      } else if (source.token === "++" || source.token === "--") source.next();
      else return;
    }
  }

  function template(): void {
    source.next(source.end, TEMPLATE);
    while (!source.token.endsWith("`")) {
      do {
        source.next();
        expression();
      } while (source.token === ",");
      source.expect("}", TEMPLATE);
    }
    source.next();
  }

  /** Expressions, also those of `for (… of …)`; or patterns, which declare in `into`. */
  function brackets(into?: Set<string>): void {
    source.until(source.token === "(" ? ")" : "]", () => {
      pattern(into);
      if (source.token === "of" || source.token === "in") source.next();
    });
  }

  /** Reads it as an expression and, if `=>` follows, as parameters instead. @returns true for a function. */
  function group(): boolean {
    const first = source.start;
    const count = used.length;
    brackets();
    if (source.token !== "=>") return false;
    used.length = count;
    source.next(first);
    return callable();
  }

  /** Parameters and body, of a function with that name or an arrow function with that parameter. */
  function callable(name = ""): true {
    scoped(() => {
      names.add(name);
      if (source.token === "(") brackets(names);
      if (source.token === "=>") source.next();
      else names.add("arguments");
      if (source.token === "{") block();
      else expression();
    }, true);
    return true;
  }

  /** Of a function or a class, from behind the keyword. */
  function definition(keyword: string, isStatement: boolean): boolean {
    if (source.token === "*") source.next();
    const name = source.word === "extends" ? "" : source.word;
    if (name) source.next();
    // Also out of a block, as in code that is not strict.
    if (isStatement) vars.add(name);
    if (keyword === "function") callable(name);
    else {
      scoped(() => {
        names.add(name).add("super");
        if (source.word) {
          source.next();
          expression();
        }
        // Fields read as a pattern does, but declare nothing.
        members(new Set());
      });
    }
    return isStatement;
  }

  /** What declares names in `into`, with a default; or an expression. */
  function pattern(into?: Set<string>): void {
    while (into && source.token === ".") source.next();
    if (!into) expression();
    else if (source.token === "{") members(into);
    else if (source.token === "[") brackets(into);
    else {
      into.add(source.word);
      source.next();
    }
    if (source.token === "=") {
      source.next();
      expression();
    }
  }

  /** Of a class, a pattern, an object. A modifier such as `get` is a key that another key follows. */
  function members(into?: Set<string>): void {
    source.until("}", () => {
      const first = source.start;
      if (source.word.startsWith("#")) names.add(source.word);
      if (source.token !== ".") key();
      if (source.token === "(") callable("super");
      else if (source.token === "{") scoped(block, true);
      else if (source.token === ":") {
        source.next();
        pattern(into);
      } else if (".=,;}".includes(source.token)) {
        source.next(first);
        pattern(into);
      }
    });
  }

  function key(): void {
    if (source.token === "[") brackets();
    else source.next();
  }

  try {
    source.next();
    operand();
    if (!source.token) return [source.text, free()];
    // No function, arrow function or class, hence a method: read again, its name apart.
    const modifiers: string[] = [];
    for (source.next(0); source.token !== "("; key()) modifiers.push(source.token);
    modifiers.pop();
    const async = modifiers.includes("async") ? "async " : "";
    const star = modifiers.includes("*") ? "*" : "";
    const method = `${async}function${star} ${source.text.slice(source.start)}`;
    used = [];
    callable();
    if (!source.token) return [method, free()];
  } catch {
    // Lost, or nested too deeply for the stack.
  }
  return [source.text, []];
}
