import { inOrder, moveTo, positionOf, type ScheduledEvent } from "./event.ts";

/** Events by the order in which they are to run: a binary heap in which each event knows its place, so that any can be taken out. */
export class EventHeap {
  readonly #events: ScheduledEvent[] = [];

  get size(): number {
    return this.#events.length;
  }

  /** The event that is to run first. */
  get first(): ScheduledEvent | undefined {
    return this.#events[0];
  }

  /** A copy, in order. */
  sorted(): ScheduledEvent[] {
    return [...this.#events].sort(inOrder);
  }

  add(event: ScheduledEvent): void {
    this.#rise(event, this.#events.length);
  }

  /** Takes an event out; false if it is not here. */
  remove(event: ScheduledEvent): boolean {
    const events = this.#events;
    const position = positionOf(event);
    if (events[position] !== event) return false;
    const last = events.pop() as ScheduledEvent;
    if (last === event) return true;
    // It takes the place, and from there goes whichever way it belongs.
    this.#sink(last, position);
    if (positionOf(last) === position) this.#rise(last, position);
    return true;
  }

  /** Puts an event at a place that is free, or higher. */
  #rise(event: ScheduledEvent, place: number): void {
    const events = this.#events;
    let position = place;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = events[above] as ScheduledEvent;
      if (inOrder(parent, event) < 0) break;
      this.#settle(parent, position);
      position = above;
    }
    this.#settle(event, position);
  }

  /** Puts an event at a place that is free, or lower. */
  #sink(event: ScheduledEvent, place: number): void {
    const events = this.#events;
    let position = place;
    for (;;) {
      let below = 2 * position + 1;
      if (below >= events.length) break;
      const right = events[below + 1];
      if (right && inOrder(right, events[below] as ScheduledEvent) < 0) below++;
      const child = events[below] as ScheduledEvent;
      if (inOrder(event, child) < 0) break;
      this.#settle(child, position);
      position = below;
    }
    this.#settle(event, position);
  }

  #settle(event: ScheduledEvent, position: number): void {
    this.#events[position] = event;
    moveTo(event, position);
  }
}
