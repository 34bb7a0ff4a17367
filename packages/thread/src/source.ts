// The source of a function, token by token.

// Space and comments; then, as group 1, a token: a number (`1e-3` is two), a name (again as group 2), a string, or a
// punctuator, longer than a character only where that matters. `#field` and `import.meta` are names: each belongs to
// something around it, as a variable does.
const TOKEN =
  /(?:\s|\/\/[^\n\r]*|\/\*.*?\*\/)*(\.?\d\w*\.?\w*|new\.target|(import\.meta|#?(?:[^\s!-#%-/:-@[-^`{-~]|\\u(?:\{\w+\})?)+)|(["'])(?:\\.|[^\\])*?\3|=>|\?\.(?!\d)|\?\?|\+\+|--|.|$)/sy;
export const REGEXP: RegExp = /(\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[\n])+\/\w*)/y;
export const TEMPLATE: RegExp = /((?:\\.|[^\\])*?(?:`|\$\{))/sy;
const ESCAPE = /\\u\{?(\w+(?=\})|\w{4})\}?/g;

/** A source, and the token ahead. Who reads something starts at its first token and leaves with the one behind the last. */
export class Source {
  readonly text: string;
  token = "";
  /** The token, if it is a name or keyword. */
  word = "";
  start = 0;
  end = 0;
  endBefore = 0;

  constructor(text: string) {
    this.text = text;
  }

  next(from: number = this.end, pattern: RegExp = TOKEN): void {
    if (from && !this.token) lost();
    this.endBefore = pattern.lastIndex = from;
    const [, token = "", name = ""] = pattern.exec(this.text) ?? lost();
    this.end = pattern.lastIndex;
    this.start = this.end - token.length;
    this.word = name.replace(ESCAPE, (_, hex: string) => String.fromCodePoint(Number(`0x${hex}`)));
    this.token = this.word || token;
  }

  expect(expected: string, pattern?: RegExp): void {
    if (this.token !== expected) lost();
    this.next(this.end, pattern);
  }

  /** From one bracket to the other. */
  until(close: string, item: () => void): void {
    this.next();
    while (this.token !== close) {
      const first = this.start;
      if (this.token === "," || this.token === ";") this.next();
      else item();
      if (this.start === first) lost();
    }
    this.next();
  }

  startsLine(): boolean {
    return this.text.slice(this.endBefore, this.start).includes("\n");
  }
}

function lost(): never {
  throw new SyntaxError();
}
