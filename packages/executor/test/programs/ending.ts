// Programs that end by themselves, or are ended, with a pool in whatever state.
import { isMainThread, sleep, sleepAsync, tasks } from "@conc/thread";
import { ThreadPoolExecutor } from "../../src/index.ts";

function slow(text: string): string {
  sleep(100);
  console.log(text);
  return text;
}
function spin(): void {
  for (;;);
}
tasks(import.meta, { slow, spin });

const programs: Record<string, (executor: ThreadPoolExecutor) => unknown> = {
  idle: async (executor) => console.log(await executor.submit(slow, "task")),
  accepted(executor) {
    for (const fruit of ["apple", "pear", "plum"]) executor.submit(slow, fruit);
  },
  shut(executor) {
    for (const fruit of ["apple", "pear"]) executor.submit(slow, fruit);
    executor.shutdown({ wait: false });
  },
  blocked: (executor) => console.log(executor.submit(slow, "task").result()),
  exit(executor) {
    executor.submit(spin);
    setTimeout(() => process.exit(3), 200);
  },
  late(executor) {
    process.on("exit", () => {
      try {
        executor.submit(slow, "too late");
      } catch (error) {
        console.log((error as Error).name);
      }
    });
  },
  unhandled(executor) {
    executor.submit(() => {
      throw new Error("nobody looks at this");
    });
  },
  async cancelled(executor) {
    const future = executor.submit(slow, "task");
    executor.submit(slow, "never").cancel();
    await future;
    await sleepAsync(1);
  },
};

if (isMainThread) {
  process.on("exit", (code) => console.log("exit", code));
  void programs[process.argv[2] as string]?.(new ThreadPoolExecutor({ maxWorkers: 1 }));
  console.log("main ends");
}
