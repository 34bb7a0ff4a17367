// Submits at the top level, without asking whether this is the main thread: its workers import it again.
import { tasks } from "@conc/thread";
import { ThreadPoolExecutor } from "../../src/index.ts";

function answer(): number {
  return 42;
}
tasks(import.meta, { answer });

const executor = new ThreadPoolExecutor({ maxWorkers: 1 });
executor.submit(answer).then(console.log, (error: any) => console.log(error.message));
