/** Time that closing connections, the store and the threads may take beyond the configured times, in milliseconds. */
const grace = 3_000;
/** Further time that the parent waits before it kills a worker, which ends itself at its own time-out, in milliseconds. */
const killGrace = 2_000;
/** Returns how long one process of the service may take to stop, in milliseconds. */
export function serviceStopTimeout({ shutdown }) {
    return shutdown.delay + shutdown.deadline + grace;
}
/** Returns how long a gateway may take to stop, in milliseconds. */
export function gatewayStopTimeout({ shutdown }) {
    return shutdown.deadline + grace;
}
/** Returns after how long a worker that was told to stop is killed, in milliseconds. */
export function workerKillTimeout(grpc) {
    return serviceStopTimeout(grpc) + killGrace;
}
/** Returns how long so many workers may take to stop one after the other, in milliseconds. */
export function workersStopTimeout(grpc, count) {
    return count * workerKillTimeout(grpc) + grace;
}
