import { read } from "../requests.js";
import { refuseIn, version3 } from "./envelope.js";
import { actionBody, geneV3Body, qrcodeIdField, ticketBody } from "./fields.js";
import { tokensNotSigned } from "./token_sets.js";
/** Each call of the phone, and the state that the code is then in. */
const states = {
    SCAN: "SCANNED",
    CONFIRM: "AUTHORIZED",
    CANCEL: "CANCELLED",
};
/** Version 3 of the hosted API, which its server SDKs speak. The second name of a call is its older one. */
export async function version3Routes(instance, parts) {
    const { codes, polls, exchange, decide, tokenSets, limited } = parts;
    const { answer } = version3;
    instance.setErrorHandler(refuseIn(version3));
    instance.post("/gene-qrcode", limited.create, async (request, reply) => {
        const { customData } = read(geneV3Body, request.body);
        const { name, url } = await codes.create(request, reply, { customData });
        return answer(request, "the code is ready", { qrcodeId: name, url });
    });
    for (const call of ["get-qrcode-status", "check-qrcode-status"]) {
        instance.get(`/${call}`, limited.never, async (request) => {
            const { qrcodeId } = read(qrcodeIdField, request.query);
            const ticket = await codes.open(request, qrcodeId);
            const poll = await polls.look(request, ticket, tokenSets.areSigned);
            const { scannedBy } = poll;
            return answer(request, "the status of the code", {
                status: poll.state,
                ...(scannedBy && { briefUserInfo: { displayName: scannedBy.nickname, photo: scannedBy.photoUrl } }),
                ...(poll.ticket !== undefined && { ticket: poll.ticket }),
                ...(poll.signedIn && { tokenSet: tokenSets.of(poll.signedIn) }),
            });
        });
    }
    for (const call of ["set-qrcode-status", "change-qrcode-status"]) {
        instance.post(`/${call}`, limited.other, async (request) => {
            const { qrcodeId, action } = read(actionBody, request.body);
            const { description, asking } = await decide(request, action, qrcodeId);
            return answer(request, description, { qrcodeId, status: states[action], ...asking });
        });
    }
    instance.post("/exchange-tokenset-with-qrcode-ticket", limited.other, async (request) => {
        const fields = read(ticketBody, request.body);
        // Asked before the ticket is spent: with an answer that holds no tokens the login would be lost.
        if (!(await tokenSets.areSigned()))
            throw tokensNotSigned();
        return answer(request, "the user has signed in", tokenSets.of(await exchange(request, fields)));
    });
}
