// One fault for one pool: prints what is wrong, or "pass".

import { writeSync } from "node:fs";
import { contestants } from "./contestants.ts";
import { ENDS_BY_ITSELF, faults } from "./faults.ts";

const [contestant, fault] = process.argv.slice(2) as [string, string];
const pool = await contestants[contestant]?.();
if (!pool) throw new RangeError(`no pool is called ${contestant}`);
// The threads are there before anything goes wrong.
await Promise.all([pool.run("echo", 0), pool.run("echo", 0)]);
const wrong = await faults[fault]?.(pool);
writeSync(1, `\nverdict: ${wrong ?? "pass"}\n`);
if (fault !== ENDS_BY_ITSELF) process.exit();
