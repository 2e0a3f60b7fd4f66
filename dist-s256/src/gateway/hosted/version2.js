import { routeNotFound } from "../refusal.js";
import { read } from "../requests.js";
import { refuseIn, version2 } from "./envelope.js";
import { geneBody, randomField, ticketBody } from "./fields.js";
import { greetedUser, wholeUser } from "./user.js";
/** The numbers of the states, and no texts: an SDK compares without converting. */
const statuses = {
    EXPIRED: -1,
    PENDING: 0,
    SCANNED: 1,
    AUTHORIZED: 2,
    CANCELLED: 3,
};
/** The phone's calls, and what they answer as `status`: the API list has numbers of their own for these. */
const phoneCalls = {
    scanned: { step: "SCAN", status: 0 },
    confirm: { step: "CONFIRM", status: 1 },
    cancel: { step: "CANCEL", status: -1 },
};
/** Version 2 of the hosted API, which the browser SDK speaks. */
export async function version2Routes(instance, parts) {
    const { codes, polls, exchange, decide, limited } = parts;
    const { answer } = version2;
    instance.setErrorHandler(refuseIn(version2));
    instance.post("/gene", limited.create, async (request, reply) => {
        const wish = read(geneBody, request.body);
        const { name, url, expiresInSeconds } = await codes.create(request, reply, wish);
        return answer(request, "the code is ready", { random: name, url, expiresIn: expiresInSeconds });
    });
    instance.get("/check", limited.never, async (request) => {
        const { random } = read(randomField, request.query);
        const ticket = await codes.open(request, random);
        const poll = await polls.look(request, ticket, async () => true);
        return answer(request, "the status of the code", {
            random,
            status: statuses[poll.state],
            ticket: poll.ticket ?? null,
            userInfo: poll.signedIn ? wholeUser(poll.signedIn) : greetedUser(poll.scannedBy),
            scannedUserId: null,
            scannedResult: null,
        });
    });
    instance.post("/userinfo", limited.other, async (request) => {
        const signedIn = await exchange(request, read(ticketBody, request.body));
        return answer(request, "the user has signed in", wholeUser(signedIn));
    });
    for (const [call, { step, status }] of Object.entries(phoneCalls)) {
        instance.post(`/${call}`, limited.other, async (request) => {
            const { random } = read(randomField, request.body);
            const { description, asking } = await decide(request, step, random);
            return answer(request, description, { random, status, description, ...asking });
        });
    }
    // The line of a server about what is not there would show the address, and a handle in it.
    instance.route({
        method: ["GET", "POST"],
        url: "/*",
        handler: async () => {
            throw routeNotFound();
        },
    });
}
