import { describe, dress, makeError } from "./error-codec.ts";
import { dropHandle, fromHandle, readAhead } from "./handle.ts";
import { type Kind, put } from "./kinds.ts";
import { references } from "./references.ts";

/**
 * What is sent: a copy of the value, cut into nodes (containers, errors, primitives, functions), with gaps where one leads to
 * another. The gaps are listed apart from the data, so no data can be taken for a placeholder. And as the nodes lie side by side,
 * no value is too deep for a structured clone, which recurses.
 */
export interface Wire {
  readonly kinds: Kind[];
  /** What each node is made from: itself, items, handle, … The first is a list whose only item is the value. */
  readonly bodies: any[];
  /** For each gap the number of the node that has it, the key there, and the number of the node that belongs into it. */
  readonly gaps: any[];
  /** Nodes from this number on are only met in errors: a text will do for one that can not be made. */
  soft?: number;
  /** The URLs of the modules that a receiver imports first, if they are not told in another way. */
  modules?: readonly string[];
}

/** Makes the value again; its handles have arrived. */
export function rebuild(wire: Wire): unknown {
  const value = rebuildAhead(wire);
  dropWire(wire);
  return value;
}

/** Makes the value again, as often as one likes: its handles arrive with {@link dropWire}. */
export function rebuildAhead(wire: Wire): unknown {
  return readAhead(() => assemble(wire));
}

function assemble(wire: Wire): unknown {
  const { kinds, bodies, gaps, soft = bodies.length } = wire;
  const made = kinds.map((kind, node) => make(kind, bodies[node], node >= soft));
  for (let i = 0; i < gaps.length; i += 3) put(bodies[gaps[i]], gaps[i + 1], made[gaps[i + 2]]);
  // What can not have gaps itself is filled from a body that by now has none.
  for (const [node, body] of bodies.entries()) {
    if (kinds[node] === "map") for (let i = 0; i < body.length; i += 2) made[node].set(body[i], body[i + 1]);
    if (kinds[node] === "set") for (const item of body) made[node].add(item);
    if (kinds[node] === "error") dress(made[node], body);
  }
  return bodies[0][0];
}

function make(kind: Kind, body: any, soft: boolean): any {
  try {
    if (kind === "map") return new Map();
    if (kind === "set") return new Set();
    if (kind === "error") return makeError(body);
    if (kind === "shareable") return fromHandle(body);
    if (kind !== "function") return body;
    const codec = references.get(body.kind);
    if (codec) return codec.decode(body.encoded);
    throw new TypeError(`a function of kind ${body.kind} came: import the package that sends such functions here too`);
  } catch (reason) {
    if (soft) return `[cannot be received: ${describe(reason)}]`;
    throw reason;
  }
}

/** Lets go of the primitives, whose handles are not going to be read any more. */
export function dropWire({ kinds, bodies }: Wire): void {
  for (const [node, kind] of kinds.entries()) if (kind === "shareable") dropHandle(bodies[node]);
}
