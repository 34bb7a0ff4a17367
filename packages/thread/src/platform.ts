// Node, Bun and Deno on one side, browsers on the other. The modules of Node are asked for when they are needed, so that the same
// files load in a browser.

import type * as fs from "node:fs";
import type module from "node:module";
import type * as url from "node:url";
import type * as util from "node:util";
import type * as workerThreads from "node:worker_threads";

/** What the package uses of Node. */
export interface Host {
  readonly fs: typeof fs;
  readonly module: typeof module;
  readonly url: typeof url;
  readonly util: typeof util;
  readonly workerThreads: typeof workerThreads;
}

let found: Host | undefined;

/** The modules of Node; undefined in a browser. */
export function host(): Host | undefined {
  const get = globalThis.process?.getBuiltinModule;
  if (!get) return undefined;
  found ??= {
    fs: get("node:fs"),
    module: get("node:module"),
    url: get("node:url"),
    util: get("node:util"),
    workerThreads: get("node:worker_threads"),
  };
  return found;
}
