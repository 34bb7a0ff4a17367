import { AtomicInt32 } from "@conc/atomics";
import { actAsWorker } from "../../src/index.ts";
import "./jobs.ts";

actAsWorker(AtomicInt32);
