// Colours for a terminal, and for nothing else. See https://no-color.org.

const coloured = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR && process.env.TERM !== "dumb";

export const bold: (text: string) => string = style(1, 22);
export const faint: (text: string) => string = style(2, 22);
export const red: (text: string) => string = style(31, 39);
export const green: (text: string) => string = style(32, 39);

function style(on: number, off: number): (text: string) => string {
  return (text) => (coloured ? `\x1b[${on}m${text}\x1b[${off}m` : text);
}
