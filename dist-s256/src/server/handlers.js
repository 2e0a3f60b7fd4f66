import { AuthorizeRequest, AuthorizeResponse, CancelRequest, CancelResponse, CreateTicketResponse, ExchangeUserInfoRequest, ExchangeUserInfoResponse, GetSigningKeysRequest, GetSigningKeysResponse, GetStatusRequest, GetStatusResponse, MarkScannedRequest, MarkScannedResponse, WatchStatusRequest, WatchStatusResponse, WithdrawRequest, WithdrawResponse, } from "../../gen/qrlogin/v1/qr_login_service.js";
import { ticketIdOf } from "../domain/secrets.js";
import { drawContent } from "../qr/content.js";
import { createTicketDecoder } from "./custom_data.js";
import { readCreateTicket, readExchange, readMarkScanned, readProof, readTicketId } from "./requests.js";
import { createdMessage, decidedMessage, exchangedMessage, scannedMessage, statusMessage, } from "./responses.js";
/** One short handler per RPC: read the request, call the use case, write the answer. */
export function createHandlers({ tickets, watch, images, signer, apps, clock, ...told }) {
    const appOf = new Map(apps.map((app) => [app.id, { name: app.name, logoUrl: app.logoUrl }]));
    const createTicket = {
        request: createTicketDecoder(told.maxCustomDataBytes),
        response: CreateTicketResponse,
        async handle(app, request, call) {
            const { wish, image: wanted } = readCreateTicket(request, told.maxCustomDataBytes);
            const prepared = tickets.prepare(app, wish);
            const { ticket } = prepared;
            call.about(ticket.id);
            const createdAt = clock.wallTimeOf(prepared.createdAt);
            const expiresAt = clock.wallTimeOf(ticket.expiresAt);
            const qrContent = drawContent({ ...ticket, ticketId: ticket.id, createdAt, expiresAt });
            const image = wanted && (await images.render(qrContent, wanted, { caller: app.id, signal: call.signal() }));
            await tickets.create(prepared);
            return createdMessage(prepared, qrContent, image, told.minPollInterval, clock);
        },
    };
    const getStatus = {
        request: GetStatusRequest,
        response: GetStatusResponse,
        async handle(app, request, call) {
            const proof = readProof(request);
            call.about(proof.ticketId);
            return { status: statusMessage(await tickets.get(app, proof), proof, clock) };
        },
    };
    const watchStatus = {
        request: WatchStatusRequest,
        response: WatchStatusResponse,
        open(app, request, output, call) {
            const proof = readProof(request);
            call.about(proof.ticketId);
            return watch(app, proof, {
                onTicket: (ticket) => output.write({ status: statusMessage(ticket, proof, clock) }),
                onEnd: output.end,
            });
        },
    };
    const markScanned = {
        request: MarkScannedRequest,
        response: MarkScannedResponse,
        async handle({ approver }, request, call) {
            const scanned = readMarkScanned(request);
            call.about(scanned.ticketId);
            const ticket = await tickets.markScanned(approver, scanned);
            // An app that has left the configuration has no better name than its id.
            const app = appOf.get(ticket.appId) ?? { name: ticket.appId, logoUrl: "" };
            return scannedMessage(ticket, app, clock);
        },
    };
    const authorize = {
        request: AuthorizeRequest,
        response: AuthorizeResponse,
        async handle(user, request, call) {
            const ticketId = readTicketId(request);
            call.about(ticketId);
            const profile = () => user.fullProfile(call.signal());
            return decidedMessage(await tickets.authorize(user.approver, ticketId, profile));
        },
    };
    const cancel = {
        request: CancelRequest,
        response: CancelResponse,
        async handle({ approver }, request, call) {
            const ticketId = readTicketId(request);
            call.about(ticketId);
            return decidedMessage(await tickets.cancel(approver, ticketId));
        },
    };
    const withdraw = {
        request: WithdrawRequest,
        response: WithdrawResponse,
        async handle(app, request, call) {
            const proof = readProof(request);
            call.about(proof.ticketId);
            return decidedMessage(await tickets.withdraw(app, proof));
        },
    };
    const exchangeUserInfo = {
        request: ExchangeUserInfoRequest,
        response: ExchangeUserInfoResponse,
        async handle(app, request, call) {
            const { exchangeTicket, codeVerifier } = readExchange(request);
            call.about(ticketIdOf(exchangeTicket));
            return tickets.exchange(app, exchangeTicket, codeVerifier, async (ticket) => {
                const { approval } = ticket;
                const tokens = approval && (await signer?.sign({ ...ticket, approval }));
                return exchangedMessage(ticket, tokens, clock);
            });
        },
    };
    const getSigningKeys = {
        request: GetSigningKeysRequest,
        response: GetSigningKeysResponse,
        async handle() {
            return { issuer: signer?.issuer ?? "", jwks: signer?.jwks ?? '{"keys":[]}' };
        },
    };
    return {
        app: { createTicket, getStatus, withdraw, exchangeUserInfo, getSigningKeys },
        approver: { markScanned, authorize, cancel },
        appStream: { watchStatus },
    };
}
