"""CPython's side of the benchmark: reads orders as lines of JSON, answers each with a line of JSON, to
which it adds the processor time that all of it took.

{"name": "lock", "times": 1000}                         does it 1000 times: {"elapsed": nanoseconds}
{"name": "contend", "threads": 2, "milliseconds": 100}  works until the time is over: {"elapsed": …, "counts": […]}
"""

import asyncio
import json
import multiprocessing
import os
import queue
import sched
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter_ns, process_time_ns, sleep


def elapsed_of(loop):
    """Makes a row of a function that does a thing so many times."""

    def row(times):
        start = perf_counter_ns()
        loop(times)
        return {"elapsed": perf_counter_ns() - start}

    return row


LOCK = threading.Lock()
RLOCK = threading.RLock()
SEMAPHORE = threading.Semaphore()


def lock(times):
    acquire, release = LOCK.acquire, LOCK.release
    for _ in range(times):
        acquire()
        release()


def lock_with(times):
    lock = LOCK
    for _ in range(times):
        with lock:
            pass


def rlock(times):
    acquire, release = RLOCK.acquire, RLOCK.release
    for _ in range(times):
        acquire()
        release()


def rlock_nested(times):
    acquire, release = RLOCK.acquire, RLOCK.release
    for _ in range(times):
        acquire()
        acquire()
        release()
        release()


def semaphore(times):
    acquire, release = SEMAPHORE.acquire, SEMAPHORE.release
    for _ in range(times):
        acquire()
        release()


def make_lock(times):
    for _ in range(times):
        threading.Lock()


def make_event(times):
    for _ in range(times):
        threading.Event()


def make_condition(times):
    for _ in range(times):
        threading.Condition()


def async_lock(times):
    async def main():
        lock = asyncio.Lock()
        start = perf_counter_ns()
        for _ in range(times):
            await lock.acquire()
            lock.release()
        return {"elapsed": perf_counter_ns() - start}

    return asyncio.run(main())


def async_lock_with(times):
    async def main():
        lock = asyncio.Lock()
        start = perf_counter_ns()
        for _ in range(times):
            async with lock:
                pass
        return {"elapsed": perf_counter_ns() - start}

    return asyncio.run(main())


def async_tasks(times):
    async def main():
        lock = asyncio.Lock()
        count = 0

        async def task():
            nonlocal count
            async with lock:
                count += 1
                await asyncio.sleep(0)

        start = perf_counter_ns()
        await asyncio.gather(*[task() for _ in range(times)])
        assert count == times
        return {"elapsed": perf_counter_ns() - start}

    return asyncio.run(main())


def contend(threads, milliseconds, kind="Lock"):
    """An empty section under one lock until the time is over; the total is checked."""
    lock = getattr(threading, kind)()
    ready = threading.Barrier(threads + 1)
    stopped = False
    counter = 0
    counts = [0] * threads

    def work(index):
        nonlocal counter
        acquire, release = lock.acquire, lock.release
        count = 0
        ready.wait()
        while not stopped:
            acquire()
            counter += 1
            release()
            count += 1
        counts[index] = count

    workers = [threading.Thread(target=work, args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    ready.wait()
    start = perf_counter_ns()
    sleep(milliseconds / 1000)
    stopped = True
    for worker in workers:
        worker.join()
    assert counter == sum(counts), f"the total is wrong: {sum(counts)} sections, but {counter} were counted"
    return {"elapsed": perf_counter_ns() - start, "counts": counts}


def ping_pong(times, processors, make):
    """Two threads by turns, each on its processor; `make` gives what each of them does in a round."""
    there, back = make()
    ready = threading.Barrier(2)
    elapsed = 0

    def first():
        nonlocal elapsed
        os.sched_setaffinity(0, {processors[0]})
        ready.wait()
        start = perf_counter_ns()
        for _ in range(times):
            there()
        elapsed = perf_counter_ns() - start

    def second():
        os.sched_setaffinity(0, {processors[1]})
        ready.wait()
        for _ in range(times):
            back()

    workers = [threading.Thread(target=first), threading.Thread(target=second)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return {"elapsed": elapsed}


def event_turns():
    a, b = threading.Event(), threading.Event()

    def there():
        a.set()
        b.wait()
        b.clear()

    def back():
        a.wait()
        a.clear()
        b.set()

    return there, back


def semaphore_turns():
    a, b = threading.Semaphore(0), threading.Semaphore(0)

    def there():
        a.release()
        b.acquire()

    def back():
        a.acquire()
        b.release()

    return there, back


def condition_turns():
    condition = threading.Condition()
    turn = 0

    def take(own):
        nonlocal turn
        with condition:
            while turn != own:
                condition.wait()
            turn = 1 - own
            condition.notify()

    return (lambda: take(0)), (lambda: take(1))


def barrier_turns():
    barrier = threading.Barrier(2)
    return barrier.wait, barrier.wait


def scheduling(times, events):
    """Enters so many events at times in disorder, cancels every other one, and runs the rest on a clock that jumps."""
    moments = [(index * 2654435761 & 0xFFFFFFFF) % 50_000 for index in range(events)]
    start = perf_counter_ns()
    for _ in range(times):
        clock = 0
        ran = 0

        def delay(left):
            nonlocal clock
            clock += left

        def act():
            nonlocal ran
            ran += 1

        scheduler = sched.scheduler(lambda: clock, delay)
        entered = [scheduler.enterabs(moment, 1, act) for moment in moments]
        # `cancel` searches the whole queue, which for half of so many would take minutes: only a few are.
        for event in entered[:20]:
            scheduler.cancel(event)
        scheduler.run()
        assert ran == events - 20, f"{ran} events ran"
    return {"elapsed": perf_counter_ns() - start}


def queue_pass(times, kind, pairs):
    """As many threads put as take, each so many items."""
    items = queue.Queue()
    item = {"id": 1, "name": "item 1", "tags": ["a", "b"], "on": True, "score": 1.5, "at": {"x": 1, "y": "two"}}

    def produce():
        put = items.put
        for number in range(times):
            put(number if kind == "integers" else item)

    def consume():
        get = items.get
        for _ in range(times):
            get()

    workers = [threading.Thread(target=work) for work in (produce, consume) * pairs]
    start = perf_counter_ns()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return {"elapsed": perf_counter_ns() - start}


def nothing(*_):
    pass


def executor_of(threads):
    executor = EXECUTORS.get(threads) or ThreadPoolExecutor(threads)
    EXECUTORS[threads] = executor
    return executor


def executor_many(times, threads):
    submit = executor_of(threads).submit
    start = perf_counter_ns()
    for future in [submit(nothing) for _ in range(times)]:
        future.result()
    return {"elapsed": perf_counter_ns() - start}


def executor_one(times, threads):
    submit = executor_of(threads).submit
    start = perf_counter_ns()
    for _ in range(times):
        submit(nothing).result()
    return {"elapsed": perf_counter_ns() - start}


def executor_first(times, threads):
    start = perf_counter_ns()
    executor = ThreadPoolExecutor(threads)
    for future in [executor.submit(nothing) for _ in range(threads)]:
        future.result()
    elapsed = perf_counter_ns() - start
    executor.shutdown()
    return {"elapsed": elapsed}


def pool_map(times, threads):
    pool = POOLS.get(threads) or multiprocessing.Pool(threads)
    POOLS[threads] = pool
    items = range(times)
    start = perf_counter_ns()
    pool.map(nothing, items)
    return {"elapsed": perf_counter_ns() - start}


EXECUTORS = {}
POOLS = {}

ROWS = {
    row.__name__: elapsed_of(row)
    for row in (lock, lock_with, rlock, rlock_nested, semaphore, make_lock, make_event, make_condition)
}
ROWS |= {
    "async_lock": async_lock,
    "async_lock_with": async_lock_with,
    "async_tasks": async_tasks,
    "contend": contend,
    "queue_pass": queue_pass,
    "event": lambda times, processors: ping_pong(times, processors, event_turns),
    "semaphore_wake": lambda times, processors: ping_pong(times, processors, semaphore_turns),
    "barrier": lambda times, processors: ping_pong(times, processors, barrier_turns),
    "scheduling": scheduling,
    "executor_many": executor_many,
    "executor_one": executor_one,
    "executor_first": executor_first,
    "pool_map": pool_map,
    "condition": lambda times, processors: ping_pong(times, processors, condition_turns),
}

for line in sys.stdin:
    order = json.loads(line)
    before = process_time_ns()
    answer = ROWS[order.pop("name")](**order)
    print(json.dumps(answer | {"processor": process_time_ns() - before}), flush=True)
