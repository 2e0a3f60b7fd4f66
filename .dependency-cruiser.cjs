// Imports point inward: domain <- store <- service <- server <- app <- main, and client stands alone.
const within = (...folders) => `^src/(${folders.join("|")})/`;
const only = (name, from, ...allowed) => ({
  name,
  severity: "error",
  from: { path: from },
  to: { path: "^(src|gen|test|examples|bench)/", pathNot: allowed },
});

module.exports = {
  forbidden: [
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
    only("config knows the domain at most", within("config"), within("config", "domain")),
    only("store knows the domain", within("store"), within("store", "domain")),
    only("log knows the domain", within("log"), within("log", "domain")),
    only("qr knows the domain", within("qr"), within("qr", "domain")),
    only("auth knows the domain and the configuration", within("auth"), within("auth", "config", "domain")),
    only("service knows store and domain", within("service"), within("service", "store", "domain")),
    only(
      "server knows what is further in",
      within("server"),
      within("server", "service", "auth", "qr", "config", "log", "domain"),
      "^gen/",
    ),
    only("client knows the generated client alone", within("client"), within("client"), "^gen/"),
    only(
      "gateway knows the client, the pictures, the log and the domain",
      within("gateway"),
      within("gateway", "qr", "log", "domain"),
      "^src/client/index.ts$",
    ),
    only(
      "demo knows the client, the demo users, and how the gateway reads and refuses",
      within("demo"),
      within("demo", "domain"),
      "^src/(client/index|auth/development)[.]ts$",
      "^src/gateway/(browser|errors|json_bodies|origins|refusal|request_log|requester|requests)[.]ts$",
    ),
    {
      name: "nothing but the composition root knows the demo",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: within("demo") },
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
      name: "nothing but the composition root knows what is inside the store in Redis",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: "^src/store/redis/" },
      to: { path: "^src/store/redis/" },
    },
    {
      name: "nothing but the composition root and the demo knows the gateway",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: within("gateway", "demo") },
      to: { path: within("gateway") },
    },
    {
      name: "grpc-js and gen/ belong to server and client",
      severity: "error",
      from: { path: "^src/", pathNot: `${within("server", "client")}|^src/main.ts$` },
      to: { path: "(node_modules/@grpc/grpc-js|^gen/)" },
    },
    {
      name: "src imports no tests, examples or benchmarks",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|examples|bench)/" },
    },
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
