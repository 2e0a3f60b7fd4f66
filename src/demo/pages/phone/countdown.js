// A countdown, as a bar and as text.
import { showText } from "./texts.js";

/** Creates a countdown. It runs in one section at a time. */
export function createCountdown() {
  let timer;
  const stop = () => clearInterval(timer);

  /**
   * Starts in the section. `until` is a time of `performance.now`, which never jumps, and `totalMs` the time that fills
   * the bar. Calls `onEnd` every half second after the end, until it is stopped.
   */
  function start(section, { until, totalMs }, onEnd) {
    const text = section.querySelector("[role=timer]");
    const bar = section.querySelector(".left-bar");
    const tick = () => {
      const left = Math.max(0, until - performance.now());
      showText(text, "screen.timeLeft", { time: formatDuration(left) });
      bar.style.scale = `${left && left / totalMs} 1`;
      if (left === 0) onEnd();
    };
    stop();
    timer = setInterval(tick, 500);
    tick();
  }

  return { start, stop };
}

/** Returns a duration as `1:05`. */
function formatDuration(ms) {
  const seconds = Math.ceil(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
