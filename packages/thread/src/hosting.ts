// The way from a thread to those who start threads: a supervisor of its own in the main thread, a lifeline in the others, nested
// workers in a browser.

import type { MessagePort } from "node:worker_threads";
import {
  AGENT_DAEMON,
  AGENT_FOREIGN,
  Arena,
  agentsOf,
  announceEnd,
  Deadline,
  InvalidStateError,
  unpack,
  waitForEndAsync,
} from "@conc/atomics";
import { takeBack } from "./delivery.ts";
import { reportError } from "./excepthook.ts";
import type { MakeWorker } from "./made-worker.ts";
import { host } from "./platform.ts";
import type { Message, StartRequest } from "./request.ts";
import { Supervisor } from "./supervisor.ts";
import { forgetThread, threadOf } from "./threads.ts";
import { startWebThread, terminateWebThread } from "./web-worker.ts";

/** Milliseconds to wait for an error that is on its way to this thread's hook when the thread ends, and how often. */
const LATE_REPORT = 5;
const LATE_REPORTS = 200;

let supervisor: Supervisor | undefined;
let lifeline: MessagePort | undefined;
let received = 0;
let patience = LATE_REPORTS;

/** Connects a thread that the library started to its supervisor. */
export function connect(port: MessagePort): void {
  lifeline = port;
  port.on("message", receive);
  port.unref();
  globalThis.process.on("beforeExit", waitForReports);
}

/** Sends a message to this thread's supervisor, if it has one. */
export function tell(message: Message): void {
  lifeline?.postMessage(message);
}

/**
 * Starts a thread whose slot has been reserved.
 *
 * @throws If its worker can not be made; a thread that asks another one to start it hears of that through the excepthook.
 */
export function startThread(request: StartRequest, make: MakeWorker | undefined): void {
  if (!host()) startWebThread(request, receive, make);
  else if (lifeline && make)
    throw new InvalidStateError("in Node only the main thread can start threads with a `worker` function");
  else if (lifeline) lifeline.postMessage({ type: "start", request } satisfies Message);
  else ownSupervisor().start(request, make);
}

/** Has a thread end wherever it is. */
export function terminateThread(id: number): void {
  if (!host()) terminateWebThread(id);
  else if (agentsOf(Arena.default).cancel(id)) return;
  else if (lifeline) tell({ type: "terminate", id });
  else ownSupervisor().terminate(id);
}

function ownSupervisor(): Supervisor {
  if (!supervisor) {
    const arena = Arena.default;
    supervisor = new Supervisor(arena, receive);
    const own = supervisor;
    arena.agent.beforeSleep = () => {
      if (own.size > 0) own.handOver();
      own.obey();
    };
    globalThis.process.on("beforeExit", waitForThreads);
    globalThis.process.on("exit", () => own.stop());
  }
  return supervisor;
}

/** What was meant for this thread. */
function receive(message: Message): void {
  if (message.type === "failed") {
    // Those meant for a thread that has ended are not counted: they come here in its place.
    if (message.to === Arena.default.agent.id) received++;
    reportError(unpack(message.error), threadOf(message.id, message.name));
  } else if (message.type === "ended") {
    takeBack(message.id);
    forgetThread(message.id);
  }
}

/** At the end of the main module: the program goes on until all threads that are not daemons have ended. */
function waitForThreads(): void {
  const { agent } = Arena.default;
  const agents = agentsOf(Arena.default);
  announceEnd(agent, agent.id);
  const running = agents
    .ids()
    .filter((id) => id !== agent.id && agents.isAlive(id) && (agents.flags(id) & (AGENT_DAEMON | AGENT_FOREIGN)) === 0);
  // A pending wait keeps the program alive; once it is over, the end of the program comes up again.
  for (const id of running) void waitForEndAsync(agent, id, new Deadline());
  if (running.length > 0) return;
  supervisor?.seeOff();
  waitForReports();
}

/** At the end of a thread: it goes on while errors are on their way to its hook. The end comes up again after each wait. */
function waitForReports(): void {
  const { agent } = Arena.default;
  const agents = agentsOf(Arena.default);
  if (patience > 0 && received < agents.reports(agent.id)) {
    patience--;
    setTimeout(() => {}, LATE_REPORT);
  }
}
