import { Lock, RLock, Semaphore } from "@conc/lock";
import { Event } from "@conc/condition";
import { isMainThread, sleep, Thread, tasks, enumerate } from "@conc/thread";
function hammers(up: Event, sem: Semaphore): void {
  up.set();
  for (;;) { const l = new Lock(); l.acquire(); l.release(); sem.acquire({timeout: 0}); sem.release(); new Event().wait({ timeout: 0 }); new Semaphore(0).acquire({timeout: 0.01}); }
}
tasks(import.meta, { hammers });
if (isMainThread) {
  const sem = new Semaphore(1);
  for (let i = 0; i < Number(process.argv[2]); i++) {
    const ups = [new Event(), new Event(), new Event()];
    const ts = ups.map((up) => new Thread({ target: hammers, args: [up, sem] }).start());
    for (const up of ups) up.wait();
    await new Promise((r) => setTimeout(r, Math.random() * 10));
    await Promise.all(ts.map((t) => t.terminate()));
    const l = new Lock(); l.acquire(); l.release();
    const t = new Thread().start(); if (!t.join({ timeout: 10000 })) console.log("HANG", i);
    if (!sem.acquire({ timeout: 100 })) { console.log("permit lost", i); sem.release(); } else sem.release();
  }
  console.log("done");
}
