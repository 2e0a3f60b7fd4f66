/** Receives the QR images that are drawn, for metrics. */
export interface ImageObserver {
  /** Called when an image begins to wait for the thread. */
  onStart(): void;
  /** Called when it is drawn, or never will be. The duration in milliseconds includes the wait. */
  onEnd(isDrawn: boolean, durationMs: number): void;
}
