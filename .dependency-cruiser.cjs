// Imports point inward: base, domain <- store <- service <- server <- compose <- cli <- main. The client knows base alone, the widget its back-off.
const within = (...folders) => `^src/(${folders.join("|")})/`;
const only = (name, from, ...allowed) => ({
  name,
  severity: "error",
  from: { path: from },
  to: { path: "^(src|gen|test|examples|bench|attack)/", pathNot: allowed },
});
/** A room inside a folder: the folder's own rule holds as well. */
const room = (name, from, forbidden) => ({
  name,
  severity: "error",
  from: { path: from },
  to: { path: forbidden },
});

module.exports = {
  forbidden: [
    only("base imports nothing of ours", within("base"), within("base")),
    only("domain imports nothing of ours", within("domain"), within("domain")),
    {
      name: "domain imports no package but node:crypto, in one file",
      severity: "error",
      from: { path: within("domain") },
      to: { dependencyTypesNot: ["local", "type-only"], pathNot: "^(node:)?crypto$" },
    },
    {
      name: "only domain/secrets.ts imports node:crypto",
      severity: "error",
      from: { path: within("domain"), pathNot: "^src/domain/secrets.ts$" },
      to: { path: "^(node:)?crypto$" },
    },
    only("config knows domain and base at most", within("config"), within("config", "domain", "base")),
    only("store knows domain and base", within("store"), within("store", "domain", "base")),
    room("the memory store does not know the one in Redis", "^src/store/memory/", "^src/store/redis/"),
    room(
      "connection knows no other room of the store in Redis",
      "^src/store/redis/connection/",
      "^src/store/redis/(topology|monitor)/",
    ),
    room(
      "topology does not know what monitors it",
      "^src/store/redis/topology/",
      "^src/store/redis/monitor/",
    ),
    only("log knows domain and base", within("log"), within("log", "domain", "base")),
    only(
      "metrics know the rooms whose observers they implement",
      within("metrics"),
      within("metrics", "server", "service", "store", "auth", "qr", "config", "log", "domain", "base"),
    ),
    {
      name: "prom-client belongs to metrics",
      severity: "error",
      from: { path: "^src/", pathNot: within("metrics") },
      to: { path: "node_modules/prom-client/" },
    },
    only("qr knows domain and base", within("qr"), within("qr", "domain", "base")),
    only("auth knows config, domain and base", within("auth"), within("auth", "config", "domain", "base")),
    only(
      "service knows store, domain and base",
      within("service"),
      within("service", "store", "domain", "base"),
    ),
    room(
      "limits know the use cases, and these know no limits",
      "^src/service/(?!limits/)",
      "^src/service/limits/",
    ),
    only(
      "server knows what is further in",
      within("server"),
      within("server", "service", "auth", "qr", "config", "log", "domain", "base"),
      "^gen/",
    ),
    room("messages know no other room of server", "^src/server/messages/", "^src/server/(?!messages/)"),
    room("calls know messages alone", "^src/server/calls/", "^src/server/(?!calls/|messages/)"),
    room("http2 knows calls alone", "^src/server/http2/", "^src/server/(?!http2/|calls/)"),
    only("client knows base and the generated client", within("client"), within("client", "base"), "^gen/"),
    only(
      "widget knows the back-off of base, the types of the HTTP API and its generated styles",
      within("widget"),
      within("widget"),
      "^(src/(base/backoff|http_types)|gen/widget/(languages|styles))[.]ts$",
    ),
    // Without packages too: these files of the widget touch neither page nor network.
    {
      name: "the machine of the widget imports nothing with effects",
      severity: "error",
      from: { path: "^src/widget/machine/" },
      to: { pathNot: "^src/(widget/(machine/|api_results[.]ts$)|http_types[.]ts$)" },
    },
    only(
      "gateway knows client, qr, log, domain, base, the check of its options and the types of the HTTP API",
      within("gateway"),
      within("gateway", "qr", "log", "domain", "base"),
      "^src/config/gateway_options[.]ts$",
      "^src/(client/index|http_types)[.]ts$",
      "^src/client/forwarding_client[.]ts$",
    ),
    room("http knows no other room of the gateway", "^src/gateway/http/", "^src/gateway/(?!http/)"),
    room("access knows http alone", "^src/gateway/access/", "^src/gateway/(?!access/|http/)"),
    room("tickets know http and access", "^src/gateway/tickets/", "^src/gateway/(?!tickets/|access/|http/)"),
    room(
      "routes know http, access, tickets and the context",
      "^src/gateway/routes/",
      "^src/gateway/(?!(routes|tickets|access|http)/|context.ts$)",
    ),
    room(
      "connect knows http, access and the context",
      "^src/gateway/connect/",
      "^src/gateway/(?!(connect|access|http)/|context.ts$)",
    ),
    {
      name: "nothing but the context and connect knows the forwarding client",
      severity: "error",
      from: { path: within("gateway"), pathNot: "^src/gateway/(connect/|context.ts$)" },
      to: { path: "^src/client/forwarding_client[.]ts$" },
    },
    {
      name: "the Connect library belongs to connect",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/gateway/connect/" },
      to: { path: "node_modules/@connectrpc/" },
    },
    room(
      "authing knows http, access, tickets and the context",
      "^src/gateway/authing/",
      "^src/gateway/(?!(authing|tickets|access|http)/|context.ts$)",
    ),
    only(
      "demo knows client, domain, base, the demo users and the HTTP room of the gateway",
      within("demo"),
      within("demo", "domain", "base"),
      "^src/client/index[.]ts$",
      "^src/auth/development_identities[.]ts$",
      "^src/gateway/http/",
    ),
    {
      name: "compose knows no command line",
      severity: "error",
      from: { path: within("compose") },
      to: { path: within("cli") },
    },
    {
      name: "nothing but compose knows the metrics",
      severity: "error",
      from: { path: "^src/", pathNot: within("metrics", "compose") },
      to: { path: within("metrics") },
    },
    {
      name: "nothing but main knows the command line, and nothing but cli and main knows compose",
      severity: "error",
      from: { path: "^src/", pathNot: `${within("cli", "compose")}|^src/main.ts$` },
      to: { path: within("cli", "compose") },
    },
    {
      name: "nothing but compose knows the demo",
      severity: "error",
      from: { path: "^src/", pathNot: within("demo", "compose") },
      to: { path: within("demo") },
    },
    {
      name: "fastify belongs to the gateway and the demo",
      severity: "error",
      from: { path: "^src/", pathNot: within("gateway", "demo") },
      to: { path: "node_modules/(fastify|@fastify)/" },
    },
    {
      name: "ioredis belongs to the store in Redis",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/store/redis/" },
      to: { path: "node_modules/(ioredis|cluster-key-slot)/" },
    },
    {
      name: "nothing but compose knows what is inside the store in Redis",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(store/redis|compose)/" },
      to: { path: "^src/store/redis/" },
    },
    {
      name: "nothing but compose and the demo knows the gateway",
      severity: "error",
      from: { path: "^src/", pathNot: within("gateway", "demo", "compose") },
      to: { path: within("gateway") },
    },
    {
      name: "grpc-js and gen/ belong to server and client",
      severity: "error",
      from: { path: "^src/", pathNot: `${within("server", "client")}|^src/main.ts$` },
      to: { path: "(node_modules/@grpc/grpc-js|^gen/(?!widget/(languages|styles)[.]ts$))" },
    },
    {
      name: "src imports no tests, examples, benchmarks or attacks",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|examples|bench|attack)/" },
    },
    only(
      "the attack kit knows the public contract alone: the public entry of the client, generated types, and base's addresses",
      "^attack/",
      "^attack/",
      "^src/(client/index|base/address)[.]ts$",
      "^gen/",
    ),
    {
      name: "no circles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "no import that cannot be found", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    parser: "swc",
    enhancedResolveOptions: {
      extensions: [".ts", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  },
};
