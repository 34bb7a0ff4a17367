// A worker that has two functions of the same name, of different modules.

import { tasks } from "@conc/thread";
import { actAsWorker } from "../../src/index.ts";
import "./jobs.ts";

tasks({ url: "file:///elsewhere.js" } as ImportMeta, { square: (n: number) => n });
actAsWorker();
