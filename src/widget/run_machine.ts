import { type Effect, isOutcome } from "./machine/effects.js";
import type { Context, Source, Step } from "./machine/step.js";

/** Browser, gateway and page, as a machine needs them. */
export interface World<Event> {
  getContext(): Context;
  perform(effect: Effect<Event>, inputs: Inputs<Event>): void;
  /** Starts a source of events. Returns a function that cancels it. */
  start(source: Source, send: Inputs<Event>["send"]): () => void;
}

/** Functions that pass an event to a running machine. */
export interface Inputs<Event> {
  /** Takes a step at once, even in the middle of another one. */
  handle(event: Event): void;
  /** Takes a step in a microtask, once the current one is complete. */
  send(event: Event): void;
}

/**
 * Runs a machine, whose first step is `start`. Performs the effects of each step in their order. If the page stops or
 * restarts the machine in a callback, that step replaces the state, and the rest of the earlier effects is dropped,
 * except an outcome.
 */
export function runMachine<State extends { readonly sources: readonly Source[] }, Event>(
  start: (context: Context) => Step<State, Event>,
  step: (state: State, event: Event, context: Context) => Step<State, Event>,
  world: World<Event>,
): Inputs<Event> {
  /** Functions that cancel the running sources. */
  const running = new Map<Source, () => void>();
  const inputs = { handle, send };
  let state: State;

  function handle(event: Event): void {
    apply(step(state, event, world.getContext()));
  }

  function send(event: Event): void {
    queueMicrotask(() => handle(event));
  }

  function apply([next, ...effects]: Step<State, Event>): void {
    state = next;
    for (const [source, cancel] of running)
      if (!next.sources.includes(source) && running.delete(source)) cancel();
    for (const source of next.sources)
      if (!running.has(source)) running.set(source, world.start(source, send));
    for (const effect of effects) if (state === next || isOutcome(effect)) world.perform(effect, inputs);
  }

  apply(start(world.getContext()));
  return inputs;
}
