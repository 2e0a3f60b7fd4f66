import { certificatesFailure, tlsMistakes } from "./key_files.js";
import { repeatedIds } from "./repeated_ids.js";
import { isTargetOnNetwork } from "./target.js";
/** What is wrong between the values of the section `gateway`, and with the files that it names. */
export function gatewayMistakes(gateway) {
    return [
        ...(gateway.tls ? tlsMistakes(["gateway", "tls"], gateway.tls) : []),
        ...serviceMistakes(gateway),
        ...repeatedIds(["gateway", "apps"], gateway.apps),
        ...switchMistakes(gateway.apps),
    ];
}
function serviceMistakes({ service, allowPlaintextOnNetwork }) {
    const { address, tls, caFile } = service ?? {};
    const path = ["gateway", "service"];
    const mistakes = [];
    if (tls === false && allowPlaintextOnNetwork === false && isTargetOnNetwork(address)) {
        const message = "would send the secrets of the apps over the network as plain text: leave it out, or set " +
            "gateway.allowPlaintextOnNetwork to true where something else encrypts the way";
        mistakes.push({ path: [...path, "tls"], message });
    }
    if (caFile === undefined)
        return mistakes;
    const failure = tls === false ? "means nothing where gateway.service.tls is false" : certificatesFailure(caFile);
    if (failure !== undefined)
        mistakes.push({ path: [...path, "caFile"], message: failure });
    return mistakes;
}
function switchMistakes(apps = []) {
    return apps.flatMap((app, index) => {
        if (!app?.pollByTicketId || !app.fullUserInStatus)
            return [];
        const message = "must not be true with pollByTicketId: whoever sees the code would be told the whole user";
        return [{ path: ["gateway", "apps", index, "fullUserInStatus"], message }];
    });
}
