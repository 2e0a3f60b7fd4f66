/** What is there within so many milliseconds; undefined if nothing is. What was begun goes on. */
export async function within(ms, promise, clock) {
    let stopWaiting = () => { };
    const late = new Promise((resolve) => {
        stopWaiting = clock.after(ms, () => resolve(undefined));
    });
    try {
        return await Promise.race([promise, late]);
    }
    finally {
        stopWaiting();
    }
}
