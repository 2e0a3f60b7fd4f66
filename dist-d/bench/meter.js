// Preloaded into a server that is measured (node --expose-gc --import): answers its parent what the process takes.
process.on("message", (wish) => {
    if (wish === "collected")
        for (let times = 0; times < 3; times++)
            globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    const usage = { cpu: user + system, rss, heap: heapUsed };
    process.send?.(usage);
});
// Listening must not keep a server alive that has stopped.
process.channel?.unref();
export {};
