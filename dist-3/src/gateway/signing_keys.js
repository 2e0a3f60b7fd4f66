/** How old the published keys may be: keys are told long before they sign. */
const maxAgeSeconds = 300;
/** Publishes the keys that verify the tokens of the service, as a JSON Web Key Set (RFC 7517). */
export async function keyRoutes(instance, { client, clock }) {
    let known;
    instance.get("/.well-known/jwks.json", async (_request, reply) => {
        const now = clock.now();
        if (known === undefined || known.until <= now) {
            const jwks = client.getSigningKeys().then((response) => response.jwks);
            const asked = { jwks, until: now + maxAgeSeconds * 1_000 };
            known = asked;
            // A failure is not remembered.
            jwks.catch(() => {
                if (known === asked)
                    known = undefined;
            });
        }
        const text = await known.jwks;
        return reply
            .header("cache-control", `public, max-age=${maxAgeSeconds}`)
            .type("application/jwk-set+json")
            .send(text);
    });
}
