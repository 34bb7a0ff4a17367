import { afterEach } from "vitest";
import { ThreadPoolExecutor, type ThreadPoolExecutorOptions } from "../src/index.ts";

/** Gives a test file a way to make pools that are ended after each test, with these options if the test says nothing else. */
export function poolsWith(
  usual: ThreadPoolExecutorOptions,
): (options?: ThreadPoolExecutorOptions) => ThreadPoolExecutor {
  const open: ThreadPoolExecutor[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((executor) => executor.terminate()));
  });
  return (options = {}) => {
    const executor = new ThreadPoolExecutor({ ...usual, ...options });
    open.push(executor);
    return executor;
  };
}
