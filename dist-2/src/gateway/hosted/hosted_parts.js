import { createDecide } from "./approvals.js";
import { createCodes } from "./codes.js";
import { createExchange } from "./exchange.js";
import { createPageTickets } from "./page_tickets.js";
import { createPolls } from "./polls.js";
import { createTokenSets } from "./token_sets.js";
export function createHostedParts(parts, limited) {
    const codes = createCodes(parts);
    const pageTickets = createPageTickets(parts);
    return {
        codes,
        polls: createPolls(parts, pageTickets),
        exchange: createExchange(parts, pageTickets),
        decide: createDecide(parts, codes),
        tokenSets: createTokenSets(parts),
        limited,
    };
}
