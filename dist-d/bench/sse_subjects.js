import { Agent, request } from "node:http";
import { createApproverClient } from "../src/client/index.js";
import { newTicketId } from "../src/domain/secrets.js";
import { credential } from "./servers.js";
import { userToken } from "./user_token.js";
/** The phone of the benchmark. */
export async function createPhone(service) {
    return createApproverClient({ address: service, token: await userToken() });
}
/**
 * A gateway. Its tickets, each with a cookie of its own, are created through another one (`front`) with the same keys, so
 * that the memory which that takes is not taken for the streams'.
 */
export function gatewaySubject(server, front, phone) {
    async function stand() {
        const response = await fetch(`http://${front}/qrlogin/v1/tickets`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ appId: credential.appId }),
        });
        const body = (await response.json());
        const { handle, ticketId } = body;
        const cookie = response.headers.get("set-cookie")?.split(";", 1)[0];
        if (typeof handle !== "string" || typeof ticketId !== "string" || cookie === undefined) {
            throw new Error(`the gateway made no ticket: ${response.status} ${body.reason}`);
        }
        return {
            path: `/qrlogin/v1/tickets/events?handle=${handle}`,
            cookie,
            async scan() {
                await phone.markScanned({ scanned: { $case: "ticketId", value: ticketId } });
                return undefined;
            },
            async end() {
                await phone.cancel({ ticketId });
            },
        };
    }
    return { server, stands: (count) => inTurns(count, 16, stand) };
}
/** The bare server, told by a call as the gateway is by the phone's. */
export function bareSubject(server) {
    const agent = new Agent({ keepAlive: true });
    const stand = async () => {
        const id = newTicketId();
        return {
            path: `/events?id=${id}`,
            cookie: "",
            scan: () => post(`http://${server.address}/scan?id=${id}`, agent),
            end: async () => { },
        };
    };
    return { server, stands: (count) => inTurns(count, 16, stand) };
}
function post(url, agent) {
    return new Promise((resolve, reject) => {
        const call = request(url, { method: "POST", agent }, (response) => {
            let text = "";
            response.setEncoding("latin1").on("data", (chunk) => {
                text += chunk;
            });
            response.on("end", () => resolve(BigInt(text)));
        });
        call.on("error", reject).end();
    });
}
/** Does the work so many times, at most `width` at once. */
export async function inTurns(count, width, work) {
    const done = [];
    let next = 0;
    const worker = async () => {
        while (next < count) {
            const index = next++;
            done[index] = await work(index);
        }
    };
    await Promise.all(Array.from({ length: width }, worker));
    return done;
}
