import { createCaller } from "./calls.js";
import { openRawService } from "./raw_service.js";
import { startService } from "./servers.js";
import { userToken } from "./user_token.js";
/** Starts a node and waits until it answers. */
export async function startRawNode({ stopping }, options, connections = 1) {
    const target = stopping(await startService(options));
    const caller = createCaller(target.address);
    await caller.ready().finally(caller.close);
    return { target, of: await openRawServices({ stopping }, target.address, connections) };
}
/** Opens so many connections. */
export async function openRawServices({ stopping }, address, connections) {
    const token = await userToken();
    const clients = [];
    for (let opened = 0; opened < connections; opened++) {
        const client = await openRawService(address, token);
        stopping({ stop: client.close });
        clients.push(client);
    }
    return (index) => {
        const client = clients[index % connections];
        if (!client)
            throw new Error("there is no connection");
        return client;
    };
}
