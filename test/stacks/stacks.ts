/** A web framework or language with a page in `docs/stacks` and an example in `examples/stacks`. */
export interface Stack {
  /** Completes the title of its test. */
  readonly title: string;
  /** Folder of the example. */
  readonly name: string;
  /** Name of the page, if it is not that of the folder. */
  readonly page?: string;
  /** Packages that are installed in place of those of the example's `package.json`, such as `express@4.22.3`. */
  readonly packages?: readonly string[];
  /** Shell command that runs before the start, as on the page. */
  readonly build?: string;
  /** Shell command that starts the site in development, as on the page, on `PORT` or the 3000 of the command. */
  readonly start: string;
  /** Shell command that starts the site in production, with its settings in the environment. */
  readonly startInProduction: string;
  /** Side that completes the sign-in: the gateway inside the site, or the backend of a site beside a gateway. */
  readonly completedBy: "gateway" | "backend";
  /** Place of the sessions: at the site, or sealed in the cookie, where a copied cookie outlives the sign-out. */
  readonly sessions: "stored" | "sealed";
  /** True if the site does not start in production without its secrets. */
  readonly needsSecretsToStart?: boolean;
}

const node = {
  start: "node --env-file=.env server.mjs",
  startInProduction: "node server.mjs",
  completedBy: "gateway",
  sessions: "stored",
  needsSecretsToStart: true,
} as const;

export const stacks: readonly Stack[] = [
  { title: "Express 5", name: "express", ...node },
  { title: "Express 4", name: "express", packages: ["express@4.22.3"], ...node },
  { title: "node:http", name: "node", ...node },
  { title: "Koa", name: "koa", page: "node", ...node },
  { title: "fastify", name: "fastify", ...node },
  { title: "Hono", name: "hono", ...node },
  {
    ...node,
    title: "CommonJS TypeScript",
    name: "commonjs",
    build: "npx tsc",
    start: "node --env-file=.env server.js",
    startInProduction: "node server.js",
  },
  {
    ...node,
    title: "Nest",
    name: "nest",
    build: "npx tsc",
    start: "node --env-file=.env dist/main.js",
    startInProduction: "node dist/main.js",
  },
  {
    ...node,
    title: "Next",
    name: "next",
    build: "npx next build",
    start: "npx next dev --hostname 127.0.0.1",
    startInProduction: "npx next start --hostname 127.0.0.1",
    sessions: "sealed",
    // It creates the gateway at the first request.
    needsSecretsToStart: false,
  },
  {
    title: "PHP",
    name: "php",
    start: "APP_ID=demo-app APP_SECRET=demo-secret php -S 127.0.0.1:3000 index.php",
    startInProduction: "php -S 127.0.0.1:3000 index.php",
    completedBy: "backend",
    sessions: "stored",
  },
];
