// Threads that fail in every way there is; the program goes on each time.

import { isMainThread, setExcepthook, Thread, tasks } from "@conc/thread";

class ShelfError extends RangeError {
  readonly shelf = 7;
}

const failing: Record<string, () => unknown> = {
  anError() {
    throw new Error("an error");
  },
  aText() {
    throw "a text";
  },
  anUndefined() {
    throw undefined;
  },
  anObject() {
    throw { an: "object" };
  },
  aCustomError() {
    throw new ShelfError("the shelf broke", { cause: new TypeError("too many books") });
  },
  async aRejection() {
    await null;
    throw new Error("a rejection");
  },
  aLooseRejection() {
    void Promise.reject(new Error("a promise nobody looks at"));
    setInterval(() => {}, 1000);
  },
  aCallback() {
    setTimeout(() => {
      throw new Error("in a callback");
    });
    setInterval(() => {}, 1000);
  },
  aRecursion() {
    // Not a tail call, of which JavaScriptCore makes an endless loop.
    const recurse = (): number => recurse() + 1;
    recurse();
  },
  notToBeLookedAt() {
    const inspect = (): never => {
      throw new Error("no");
    };
    throw Object.assign(new Error("hostile"), { [Symbol.for("nodejs.util.inspect.custom")]: inspect });
  },
};
tasks(import.meta, failing as Record<string, () => unknown>);

if (isMainThread) {
  const blocking = process.argv[2] === "blocking";
  for (const [name, target] of Object.entries(failing)) {
    const thread = new Thread({ target, name }).start();
    const ended = blocking ? thread.join() : await thread.joinAsync();
    console.log(`${name} ${ended} ${thread.state}`);
  }

  // A hook that fails itself, then the original one again.
  const { anError: target } = failing;
  await new Promise<void>((resolve) => {
    setExcepthook(() => {
      resolve();
      throw new Error("the hook failed");
    });
    new Thread({ target: target as () => void, name: "for a broken hook" }).start();
  });
  setExcepthook();
  await new Thread({ target: target as () => void, name: "restored" }).start().joinAsync();

  // Its error is still on its way when main ends.
  setExcepthook((error, { name }) => console.log(`at last: ${name} ${error}`));
  new Thread({ target: target as () => void, name: "last" }).start().join();
  console.log("main ends");
}
