import { setTimeout as pause } from "node:timers/promises";
import { credentials, Metadata } from "@grpc/grpc-js";
import { CreateTicketRequest, CreateTicketResponse, GetStatusRequest, GetStatusResponse, QrLoginServiceClient, } from "../gen/qrlogin/v1/qr_login_service.js";
import { TicketState } from "../gen/qrlogin/v1/ticket.js";
import { credential } from "./servers.js";
export const authorization = `Basic ${btoa(`${credential.appId}:${credential.secret}`)}`;
export const methods = ["createTicket", "getStatus"];
const prefixBytes = 5;
/** What an app's backend would send: who asks, no image, no custom data. */
export const ticketWanted = CreateTicketRequest.fromPartial({
    requester: {
        ipAddress: "203.0.113.7",
        userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        deviceName: "Chrome on Linux",
        location: "Lisbon, Portugal",
    },
});
export function createCaller(address) {
    const client = new QrLoginServiceClient(address, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set("authorization", authorization);
    async function create() {
        const answer = await answered((done) => client.createTicket(ticketWanted, metadata, done));
        if (answer.ticketId.length !== 22 || answer.ticketSecret.length !== 43) {
            throw new Error("CreateTicket answered something else than a ticket");
        }
        return answer;
    }
    return {
        ready() {
            return new Promise((resolve, reject) => {
                client.waitForReady(Date.now() + 60_000, (error) => (error ? reject(error) : resolve()));
            });
        },
        async createTicket() {
            const answer = CreateTicketResponse.encode(await create()).finish();
            return {
                path: "/qrlogin.v1.QrLoginService/CreateTicket",
                body: framed(CreateTicketRequest.encode(ticketWanted).finish()),
                answerBytes: prefixBytes + answer.length,
            };
        },
        async getStatus() {
            const { ticketId, ticketSecret } = await create();
            const request = { ticketId, ticketSecret };
            // In its first millisecond a ticket has a whole number of seconds left, which is shorter on the wire than any other time.
            await pause(2);
            const answer = await answered((done) => client.getStatus(request, metadata, done));
            const { status } = answer;
            if (status?.state !== TicketState.PENDING || false) {
                throw new Error("GetStatus answered something else than the status of a new ticket");
            }
            return {
                path: "/qrlogin.v1.QrLoginService/GetStatus",
                body: framed(GetStatusRequest.encode(request).finish()),
                answerBytes: prefixBytes + GetStatusResponse.encode(answer).finish().length,
            };
        },
        close: () => client.close(),
    };
}
/** A message with the prefix that gRPC puts before it. */
export function framed(message) {
    const prefix = Buffer.alloc(prefixBytes);
    prefix.writeUInt32BE(message.length, 1);
    return Buffer.concat([prefix, message]);
}
function answered(call) {
    return new Promise((resolve, reject) => {
        call((error, answer) => (error ? reject(error) : resolve(answer)));
    });
}
