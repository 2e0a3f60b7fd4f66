/** A steady source of time, and timers that run by it. */
export interface Timer {
  /** Returns the moment on a time line that nobody can set, in milliseconds. Only differences have a meaning. */
  now(): number;
  /** Calls `callback` once after `ms` milliseconds. Returns a function that cancels the call if it is pending. */
  after(ms: number, callback: () => void): () => void;
}
