// A pool of three connections, and ten threads that each need one for a while: a semaphore lets three in, the others wait until a
// connection is given back.
// Notes: 000 连接池.

import { AtomicInt32, SharedArray } from "@conc/atomics";
import { Lock, Semaphore } from "@conc/lock";
import { currentThread, isMainThread, sleep, Thread, tasks } from "@conc/thread";

/** What a pool shares; each thread makes its own `Pool` of it. */
interface PoolFields {
  readonly permits: Semaphore;
  readonly lock: Lock;
  /** For each connection, whether it is free. */
  readonly free: SharedArray<"bool">;
}

class Pool {
  readonly #fields: PoolFields;

  constructor(fields: PoolFields) {
    this.#fields = fields;
  }

  getConn(): number {
    const { permits, lock, free } = this.#fields;
    permits.acquire(); // from here on one of them is free
    using guard = lock.guard();
    const conn = [...free].indexOf(true);
    free.set(conn, false);
    return conn;
  }

  returnConn(conn: number): void {
    this.#fields.free.set(conn, true);
    this.#fields.permits.release();
  }
}

function work(fields: PoolFields, busy: AtomicInt32): void {
  const { name } = currentThread();
  const pool = new Pool(fields);
  const conn = pool.getConn();
  console.log(`${name} gets conn-${conn}, in use: ${busy.add(1) + 1}`);
  sleep(100);
  console.log(`${name} returns conn-${conn}`);
  busy.sub(1);
  pool.returnConn(conn);
}

tasks(import.meta, { work });

if (isMainThread) {
  const fields: PoolFields = {
    permits: new Semaphore(3),
    lock: new Lock(),
    free: new SharedArray("bool", [true, true, true]),
  };
  const busy = new AtomicInt32();
  const threads: Thread[] = [];
  for (let i = 1; i <= 10; i++) {
    threads.push(new Thread({ name: `worker-${i}`, target: work, args: [fields, busy] }).start());
  }
  for (const thread of threads) thread.join();
  console.log(`all ${threads.length} are served, ${fields.permits.value} connections are free`);
}
