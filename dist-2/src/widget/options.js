/** Never so short that a gateway is flooded by a slip. */
export const intervalOf = ({ interval = 800 }) => Math.max(200, Number.isFinite(interval) ? interval : 800);
