import { countedAddressOf, countedNetworkOf } from "./caller_address.js";
import { HttpRefusal } from "./refusal.js";
/** A network creates as many tickets as so many addresses. */
const networkFactor = 4;
export function createRateLimits(instance, { createsPerMinute, callsPerMinute }) {
    const perMinute = (name, max) => {
        // By hand: what routes are configured with is counted for each route alone.
        const count = instance.rateLimit({
            max,
            timeWindow: 60_000,
            // With a name of its own: a server's shared store would count all of them together.
            keyGenerator: (request) => `qrlogin ${name} ${countedAddressOf(request)}`,
            errorResponseBuilder: tooFast,
        });
        async function onRequest(request, reply) {
            await count.call(this, request, reply);
        }
        return { config: { rateLimit: false }, onRequest };
    };
    const ofNetwork = instance.createRateLimit({
        max: networkFactor * createsPerMinute,
        timeWindow: 60_000,
        keyGenerator: (request) => `qrlogin network ${countedNetworkOf(request)}`,
    });
    const create = perMinute("create", createsPerMinute);
    async function onCreate(request, reply) {
        await create.onRequest.call(this, request, reply);
        if (countedNetworkOf(request) === undefined)
            return;
        const count = await ofNetwork(request);
        if (!count.isAllowed && count.isExceeded)
            throw tooFast(request, count);
    }
    return {
        create: { ...create, onRequest: onCreate },
        other: perMinute("call", callsPerMinute),
        /** Status calls: whoever waits must not be refused, by no limit of the server either. */
        never: { config: { rateLimit: false } },
    };
}
function tooFast(_request, { ttl }) {
    const text = "calls from this address come too fast";
    return new HttpRefusal(429, "RATE_LIMITED", text, { retryAfterMs: ttl });
}
