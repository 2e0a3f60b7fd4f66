/** Counts calls that are being served. */
export interface InFlight {
  /** One more. The answer takes it out again. */
  enter(): () => void;
  /** Fulfilled when there is none. */
  none(): Promise<void>;
}

export function createInFlight(): InFlight {
  let count = 0;
  let waiting: (() => void)[] = [];
  const leave = () => {
    count -= 1;
    if (count > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  return {
    enter() {
      count += 1;
      return leave;
    },
    none() {
      return count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
    },
  };
}
