/** What of a browser's channels is used here; the package is compiled without the DOM's types. */
interface Channel {
  readonly port1: { onmessage: (() => void) | undefined };
  readonly port2: { postMessage(message: unknown): void };
}

/** Lets the event loop have its turn. */
export function turn(): Promise<void> {
  return new Promise(typeof setImmediate === "function" ? setImmediate : turnOfPage);
}

let channel: Channel | undefined;

/** A browser makes those wait for some milliseconds who set timers again and again, but not messages. */
function turnOfPage(resolve: () => void): void {
  channel ??= new MessageChannel() as unknown as Channel;
  channel.port1.onmessage = resolve;
  channel.port2.postMessage(undefined);
}
