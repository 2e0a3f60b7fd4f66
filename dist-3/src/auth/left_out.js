/**
 * Creates a reporter for a user pool that reports each claim once for each cause, whoever the user is. Claims are those that the pool
 * names, so what is remembered is bounded by the configuration.
 */
export function createLeftOutReporter(userPoolId, report) {
    const reported = new Set();
    return (claim, why) => {
        const key = JSON.stringify([claim, why]);
        if (reported.has(key))
            return;
        reported.add(key);
        report({ userPoolId, claim, why });
    };
}
