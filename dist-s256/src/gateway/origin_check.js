import { demandOrigin } from "./origins.js";
import { single } from "./requests.js";
/**
 * Adds `GET origin`: whether pages of the origin that asks may call for the app, 204 or a refusal. A browser hides from a page
 * why its call to another origin failed; this answer alone it may read whatever its origin is. It is a simple request without
 * credentials: no preflight comes before it, it reads and sets no cookie, and it makes no ticket.
 */
export function originRoute(instance, apps, limit) {
    const options = { ...limit, config: { ...limit.config, anyOrigin: true } };
    instance.get("/origin", options, async (request, reply) => {
        const { appId } = request.query;
        demandOrigin(request, apps.named(single(appId)));
        return reply.code(204).send();
    });
}
