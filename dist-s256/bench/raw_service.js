import { AuthorizeRequest, CreateTicketRequest, CreateTicketResponse, ExchangeUserInfoRequest, ExchangeUserInfoResponse, GetStatusRequest, GetStatusResponse, MarkScannedRequest, WatchStatusRequest, WatchStatusResponse, } from "../gen/qrlogin/v1/qr_login_service.js";
import { authorization, framed, ticketWanted } from "./calls.js";
import { openRawClient } from "./raw_calls.js";
const creation = framed(CreateTicketRequest.encode(ticketWanted).finish());
/** @param token The user token of the phone. */
export async function openRawService(address, token) {
    const client = await openRawClient(address);
    const bearer = `Bearer ${token}`;
    return {
        async createTicket() {
            return CreateTicketResponse.decode(await client.unary("CreateTicket", creation, authorization));
        },
        async getStatus({ ticketId, ticketSecret }) {
            const body = framed(GetStatusRequest.encode({ ticketId, ticketSecret }).finish());
            const { status } = GetStatusResponse.decode(await client.unary("GetStatus", body, authorization));
            if (!status)
                throw new Error("GetStatus answered no status");
            return status;
        },
        async markScanned(ticketId) {
            const scanned = { $case: "ticketId", value: ticketId };
            await client.unary("MarkScanned", framed(MarkScannedRequest.encode({ scanned }).finish()), bearer);
        },
        async authorize(ticketId) {
            await client.unary("Authorize", framed(AuthorizeRequest.encode({ ticketId }).finish()), bearer);
        },
        watch({ ticketId, ticketSecret }) {
            const body = framed(WatchStatusRequest.encode({ ticketId, ticketSecret }).finish());
            const stream = client.stream("WatchStatus", body, authorization);
            return {
                async until(state) {
                    for (;;) {
                        const { message, at } = await stream.next();
                        const { status } = WatchStatusResponse.decode(message);
                        if (status?.state === state)
                            return { status, at };
                    }
                },
                cancel: stream.cancel,
            };
        },
        async exchange(exchangeTicket) {
            const body = framed(ExchangeUserInfoRequest.encode({ exchangeTicket, codeVerifier: "" }).finish());
            return ExchangeUserInfoResponse.decode(await client.unary("ExchangeUserInfo", body, authorization));
        },
        close: client.close,
    };
}
