/*
 * Which variables does a function capture? Answered from its source alone, before it is sent to another thread.
 *
 * The reader is exact about names and careless about the rest: operators have no precedence, statements need no end,
 * and what only a compiler would refuse passes. So it stays small. Refusing a good function is worse than sending a bad
 * one, which fails over there: where a choice is left, a name counts as declared, and a source that cannot be followed
 * to its very end has no free variables at all.
 */

// Space and comments; then, as group 1, a token: a number (`1e-3` is two), a name (again as group 2), a string, or a
// punctuator, longer than a character only where that matters. `#field` and `import.meta` are names: each belongs to
// something around it, as a variable does.
const TOKEN =
  /(?:\s|\/\/[^\n\r]*|\/\*.*?\*\/)*(\.?\d\w*\.?\w*|new\.target|(import\.meta|#?(?:[^\s!-#%-/:-@[-^`{-~]|\\u(?:\{\w+\})?)+)|(["'])(?:\\.|[^\\])*?\3|=>|\?\.(?!\d)|\?\?|\+\+|--|.|$)/sy;
const REGEXP = /(\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[\n])+\/\w*)/y;
const TEMPLATE = /((?:\\.|[^\\])*?(?:`|\$\{))/sy;
const ESCAPE = /\\u\{?(\w+(?=\})|\w{4})\}?/g;

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
function read(source: string): [expression: string, free: Iterable<string>] {
  // The token ahead, as `word` too if it is a name or keyword. Every function below starts at the first token of what
  // it reads and leaves with the one behind the last.
  let token = "";
  let word = "";
  let start = 0;
  let end = 0;
  let endBefore = 0;

  // The scope: what it declares, what `var` in it does, what it uses. All settled at its end, so hoisting is no matter.
  const root = new Set(["this", "null", "true", "false", "import"]);
  let names = root;
  let vars = root;
  let used: string[] = [];

  function lost(): never {
    throw new SyntaxError();
  }

  function next(from = end, pattern = TOKEN): void {
    if (from && !token) lost();
    endBefore = pattern.lastIndex = from;
    const [, text = "", name = ""] = pattern.exec(source) ?? lost();
    end = pattern.lastIndex;
    start = end - text.length;
    word = name.replace(ESCAPE, (_, hex: string) => String.fromCodePoint(Number(`0x${hex}`)));
    token = word || text;
  }

  function expect(expected: string, pattern?: RegExp): void {
    if (token !== expected) lost();
    next(end, pattern);
  }

  /** From one bracket to the other. */
  function until(close: string, item: () => void): void {
    next();
    while (token !== close) {
      const first = start;
      if (token === "," || token === ";") next();
      else item();
      if (start === first) lost();
    }
    next();
  }

  function startsLine(): boolean {
    return source.slice(endBefore, start).includes("\n");
  }

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
    until("}", statement);
  }

  function statement(): void {
    const keyword = word;
    const [holds, hasHead] = HOLDS.exec(keyword) ?? [];
    if (token === "{") scoped(block);
    else if (holds) {
      scoped(() => {
        next();
        if (keyword === "with") names.add(ANYTHING);
        if (keyword === "catch" && token === "(") brackets(names);
        if (hasHead && word === "await") next();
        if (hasHead) brackets();
        statement();
        if (keyword === "do") {
          next();
          brackets();
        }
      });
    } else {
      const count = used.length;
      expression(true);
      if (token === ":") {
        // A label is no variable.
        if (keyword !== "case") used.length = count;
        next();
        statement();
      } else if (token === ";") next();
    }
    if (holds && HOLDS.exec(token)?.[2]) statement();
  }

  /** Operands with operators between; or nothing, as in a bare `return`. A statement may have commas, too. */
  function expression(isStatement = false): void {
    let isTypeof = false;
    for (let isFirst = isStatement; ; isFirst = false) {
      const prefix = PREFIX.exec(token);
      if (prefix) {
        isTypeof = token === "typeof";
        next();
        if (prefix[1] && startsLine()) return;
        if (prefix[2] && word) next();
        continue;
      }
      const first = start;
      const count = used.length;
      const isWhole = operand(isFirst);
      if (!isWhole) suffixes();
      if (isTypeof && /^\(*[^.([`]+$/.test(source.slice(first, endBefore))) {
        // It never throws, and who compares it with "undefined" (minified: "u") is ready for there being no such name.
        const isGuard = /(["'`])u(ndefined)?\1/.test(source.slice(Math.max(0, first - 25), endBefore + 20));
        for (const name of used.splice(count)) if (isGuard) root.add(name);
      }
      isTypeof = false;
      if (token === "?") {
        next();
        expression();
        expect(":");
      } else if ((!isWhole && INFIX.test(token)) || (isStatement && token === ",")) next();
      else return;
    }
  }

  /** @returns true if no operator can follow: after an arrow function, and after a declaration. */
  function operand(isStatement = false): boolean {
    const name = word;
    if (name) {
      next();
      if (name === "function" || (name === "class" && token !== "(")) return definition(name, isStatement);
      if (DECLARES.test(name) && (word || token === "[" || token === "{")) {
        const into = name === "var" ? vars : names;
        pattern(into);
        while (token === ",") {
          next();
          pattern(into);
        }
        return true;
      }
      if (token === "=>") return callable(name);
      if (name === "async") {
        if (token === "(" && group()) return true;
        if (word && !startsLine()) return operand(isStatement);
      }
      if (name === "eval" && token === "(") vars.add(ANYTHING);
      used.push(name);
    } else if (token === "(") return group();
    else if (token === "[") brackets();
    else if (token === "{") members();
    else {
      if (token === "/") next(start, REGEXP);
      // A regular expression, a string, a number, `new.target`.
      if (/^\.?[/"'\dn]/.test(token)) next();
    }
    return false;
  }

  function suffixes(): void {
    for (;;) {
      if (token === "(" || token === "[") brackets();
      else if (token === "`") template();
      else if (token === "." || token === "?.") {
        next();
        if (word.startsWith("#")) used.push(word);
        if (word) next();
      } else if (token === "++" || token === "--") next();
      else return;
    }
  }

  function template(): void {
    next(end, TEMPLATE);
    while (!token.endsWith("`")) {
      do {
        next();
        expression();
      } while (token === ",");
      expect("}", TEMPLATE);
    }
    next();
  }

  /** Expressions, also those of `for (… of …)`; or patterns, which declare in `into`. */
  function brackets(into?: Set<string>): void {
    until(token === "(" ? ")" : "]", () => {
      pattern(into);
      if (token === "of" || token === "in") next();
    });
  }

  /** Reads it as an expression and, if `=>` follows, as parameters instead. @returns true for a function. */
  function group(): boolean {
    const first = start;
    const count = used.length;
    brackets();
    if (token !== "=>") return false;
    used.length = count;
    next(first);
    return callable();
  }

  /** Parameters and body, of a function with that name or an arrow function with that parameter. */
  function callable(name = ""): true {
    scoped(() => {
      names.add(name);
      if (token === "(") brackets(names);
      if (token === "=>") next();
      else names.add("arguments");
      if (token === "{") block();
      else expression();
    }, true);
    return true;
  }

  /** Of a function or a class, from behind the keyword. */
  function definition(keyword: string, isStatement: boolean): boolean {
    if (token === "*") next();
    const name = word === "extends" ? "" : word;
    if (name) next();
    // Also out of a block, as in code that is not strict.
    if (isStatement) vars.add(name);
    if (keyword === "function") callable(name);
    else {
      scoped(() => {
        names.add(name).add("super");
        if (word) {
          next();
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
    while (into && token === ".") next();
    if (!into) expression();
    else if (token === "{") members(into);
    else if (token === "[") brackets(into);
    else {
      into.add(word);
      next();
    }
    if (token === "=") {
      next();
      expression();
    }
  }

  /** Of a class, a pattern, an object. A modifier such as `get` is a key that another key follows. */
  function members(into?: Set<string>): void {
    until("}", () => {
      const first = start;
      if (word.startsWith("#")) names.add(word);
      if (token !== ".") key();
      if (token === "(") callable("super");
      else if (token === "{") scoped(block, true);
      else if (token === ":") {
        next();
        pattern(into);
      } else if (".=,;}".includes(token)) {
        next(first);
        pattern(into);
      }
    });
  }

  function key(): void {
    if (token === "[") brackets();
    else next();
  }

  try {
    next();
    operand();
    if (!token) return [source, free()];
    // No function, arrow function or class, hence a method: read again, its name apart.
    const modifiers: string[] = [];
    for (next(0); token !== "("; key()) modifiers.push(token);
    modifiers.pop();
    const async = modifiers.includes("async") ? "async " : "";
    const star = modifiers.includes("*") ? "*" : "";
    const method = `${async}function${star} ${source.slice(start)}`;
    used = [];
    callable();
    if (!token) return [method, free()];
  } catch {
    // Lost, or nested too deeply for the stack.
  }
  return [source, []];
}

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
