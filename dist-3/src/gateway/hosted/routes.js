import { createHostedParts } from "./hosted_parts.js";
import { version2Routes } from "./version2.js";
import { version3Routes } from "./version3.js";
/** The hosted product's API, versions 2 and 3. `docs/hosted-api.md` describes it. */
export async function hostedRoutes(instance, parts, limited) {
    const hosted = createHostedParts(parts, limited);
    const version2 = (child) => version2Routes(child, hosted);
    const version3 = (child) => version3Routes(child, hosted);
    await instance.register(version2, { prefix: "/api/v2/qrcode" });
    await instance.register(version3, { prefix: "/api/v3" });
}
