import { inspectRedisStore, type StoreReport } from "../../compose/inspect_store.js";
import { maxClockSkew } from "../../compose/store.js";
import type { Config, RedisConfig } from "../../config/config.js";
import { type Check, type Explanation, type Finding, findingsOf } from "../finding.js";
import { explainConnectionFailure } from "../probes/describe_failure.js";

/** Texts of the store about a server that it cannot use, each with what to do. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /maxmemory-policy/,
    "set maxmemory-policy noeviction in redis.conf (at once: CONFIG SET maxmemory-policy noeviction), and enough " +
      "maxmemory",
  ],
  [/7\.0 or later is needed|replicaFsync/, "upgrade Redis, or use another server"],
  [/does not allow|does not permit|NOPERM/, "give the ACL user the rights that docs/redis.md lists"],
  [/user name or the password|asks for a password/, "check store.redis.username and store.redis.password"],
  [/requireDurable/, "change the server as the reason says, or accept best effort (requireDurable: false)"],
  [/is a node of a Redis Cluster/, "move its address to store.redis.cluster.nodes"],
  [/read-only replica/, "name the primary, or its Sentinels"],
];

/** Returns the check of Redis: everything that the service checks when it starts, and the durability level. */
export function redisCheck({ store, tickets }: Pick<Config, "store" | "tickets">): Check {
  const name = "Redis";
  const { ok, failed } = findingsOf(name);
  return {
    name,
    async run({ clock }) {
      if (store.kind === "memory") {
        return [ok("not used: tickets are in the memory of one process, and a restart ends all sign-ins")];
      }
      try {
        return describeReport(
          name,
          await inspectRedisStore(store, tickets, clock),
          store.redis.requireDurable,
        );
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        return [failed(text, explain(text, error, store.redis))];
      }
    },
  };
}

const usesTls = ({ url, tls }: RedisConfig) => tls !== undefined || url?.startsWith("rediss:") === true;

function explain(text: string, error: unknown, redis: RedisConfig): Explanation {
  const [, right] = /\(missing right: (\+\S+)\)/.exec(text) ?? [];
  if (right !== undefined) {
    const { username: user = "default" } = (text.startsWith("no Sentinel") && redis.sentinel) || redis;
    return {
      remedy: `grant it (ACL SETUSER ${user} ${right}), and the other rights that docs/redis.md lists`,
    };
  }
  if (usesTls(redis) && /no reply within|ETIMEDOUT/.test(text)) {
    return {
      cause: "no answer in time: a Redis without TLS waits silently for the rest of a command",
      remedy: "check that the port is the one for TLS, and the firewalls on the way",
    };
  }
  const remedy = remedies.find(([pattern]) => pattern.test(text))?.[1];
  if (remedy !== undefined) return { remedy };
  const known = explainConnectionFailure(error);
  // Without a remedy, the cause is the text itself.
  return known.remedy === undefined ? {} : known;
}

function describeReport(
  name: string,
  { servers, durability, clockSkewMs }: StoreReport,
  requireDurable: boolean,
): readonly Finding[] {
  const { ok, warning } = findingsOf(name);
  const skew = Math.round(clockSkewMs);
  return [
    ok(`${servers}: version, maxmemory-policy and rights suffice`),
    durability.level === "durable"
      ? ok(`durable: ${durability.reason}`)
      : warning(`best effort: ${durability.reason}`, {
          cause: "a ticket that was exchanged, cancelled or withdrawn may become usable again",
          remedy: requireDurable
            ? undefined
            : "see the levels in docs/redis.md; store.redis.requireDurable refuses to start with less",
        }),
    Math.abs(skew) <= maxClockSkew
      ? ok(`its clock agrees with this machine's (${skew} ms)`)
      : warning(`this machine's clock differs from Redis's by ${skew} ms`, {
          cause: "tickets expire by Redis's clock, and user tokens by this machine's",
          remedy: "synchronize both clocks by NTP",
        }),
  ];
}
