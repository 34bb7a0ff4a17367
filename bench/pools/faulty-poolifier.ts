import { ThreadWorker } from "poolifier";
import { echo, exit, failLater, fillHeap, giveFunction, nap, spin } from "./fault-jobs.ts";

export default new ThreadWorker<any, any>({
  echo: async (value) => echo(value),
  exit: async (code) => exit(code),
  failLater: async () => failLater(),
  giveFunction: async () => giveFunction(),
  fillHeap: async () => fillHeap(),
  nap,
  spin: async (ms) => spin(ms),
});
