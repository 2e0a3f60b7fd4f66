import type { Observed } from "./world.js";

/** A fault of the run-book, and how to plant it. */
export interface Fault {
  /** Heading of its section in docs/runbook.md. */
  readonly section: string;
  /** Plants the fault. Resolves with the processes whose metrics and lines the section quotes. */
  plant(): Promise<readonly Observed[]>;
}
