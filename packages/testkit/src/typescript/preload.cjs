// Has any Node run TypeScript as the newest ones do by themselves: in every thread, without a word from the program.
//
// For tests only, where threads come up by the thousand. What a loader of Node costs is many times what all else costs that a thread
// does before its first line: a thread of its own beside each of them, and a message to and fro for each of some hundred modules. So there
// is none. The tests begin with copying all modules to JavaScript (copies.ts); here all that leads from a program, or from the few lines
// that a thread begins with, to a first module leads to its copy. Newer versions of Node would strip the types, but of each module anew.
//
// This is a CommonJS module because in a worker made from a string Node runs what `--require` names and not what `--import` does.

const Module = require("node:module");
const workerThreads = require("node:worker_threads");
const { copyOf } = require("./copy-of.cjs");

// By this `@conc/thread` knows that it need not bring tsx along.
if (!process.features.typescript) Object.defineProperty(process.features, "typescript", { value: "preload" });

/** For modules that are named only when the program runs. */
globalThis.importCopy = (url) => import(copyOf(url));

const { runMain } = Module;
Module.runMain = (main) => runMain(copyOf(main));

workerThreads.Worker = class Worker extends workerThreads.Worker {
  constructor(main, options) {
    super(options?.eval ? main.replace(/\bimport\((?!["'])/g, "importCopy(") : copyOf(main), options);
  }
};
Module.syncBuiltinESMExports();
