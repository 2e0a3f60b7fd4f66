import { expect, it } from "vitest";
import { codeBlocksOf, documents } from "./documents.js";

/** Number of the blocks of one language in a document, and the tests that hold them, or the reason why none does. */
type Holder = readonly [count: number, tests: string];

/**
 * Holders of the blocks that are not cut out of a source (snippets.test.ts), and neither TypeScript, JavaScript
 * (typescript_blocks.test.ts) nor YAML (yaml_blocks.test.ts, test/config/documentation.test.ts).
 */
const holders: Readonly<Record<string, Holder>> = {
  "README.md sh": [12, "shell_commands.test.ts: 'From the shell' and the phone. The others start programs"],
  "README.md html": [1, "none. docs/widget.md has the complete page"],
  "docs/configuration.md text": [
    2,
    "none: a report, as in test/config/mistakes; a comment, as in reference.test.ts",
  ],
  "docs/configuration.md sh": [
    5,
    "test/cli/init_command.test.ts. Others: openssl, and check-config as in test/config",
  ],
  "docs/deployment.md json": [1, "none: part of a package.json; test/package/engines.test.ts has the cause"],
  "docs/deployment.md sh": [
    7,
    "shell_commands.test.ts: the probes; test/deploy/health_check.test.ts. Others need Docker",
  ],
  "docs/doctor.md sh": [5, "none. test/doctor and test/cli run the commands with these options"],
  "docs/doctor.md text": [2, "test/doctor/doctor_command.test.ts, test/cli/sign_in_commands.test.ts"],
  "docs/gateway.md json": [3, "typescript_blocks.test.ts: two of them. The error is as in docs/phone.md"],
  "docs/gateway.md nginx": [1, "none: nginx"],
  "docs/gateway.md sh": [3, "shell_commands.test.ts: the phone. The others start programs"],
  "docs/metrics.md sh": [2, "test/metrics/endpoint.test.ts, test/deploy/alerts.test.ts: the same calls"],
  "docs/metrics.md promql": [4, "test/deploy/alerts.test.ts"],
  "docs/phone.md java": [1, "none: the SDK that is replaced"],
  "docs/phone.md json": [3, "test/languages/phone_page.test.ts"],
  "docs/phone.md kotlin": [1, "none: needs Android. The file below it is compiled"],
  "docs/phone.md sh": [1, "test/languages/phone_page.test.ts"],
  "docs/phone.md swift": [2, "none: no compiler"],
  "docs/phone.md dart": [2, "none: no compiler"],
  "docs/qr-code.md json": [1, "none. test/qr/qr_content.test.ts has the form"],
  "docs/runbook.md promql": [14, "test/faults/runbook.test.ts"],
  "docs/runbook.md text": [35, "test/faults/runbook.test.ts"],
  "docs/sizing.md promql": [3, "test/faults/runbook.test.ts"],
  "docs/sizing.md sh": [1, "none: benchmarks"],
  "docs/troubleshooting.md sh": [1, "test/cli: check-token with these options"],
  "docs/redis.md sh": [1, "none: starts programs"],
  "docs/secrets.md ini": [1, "none: systemd. test/deploy has complete units"],
  "docs/security/attack-kit.md sh": [3, "none. test/attack runs the program with these options"],
  "docs/security/attack-kit.md text": [1, "none: a report"],
  "packages/client/README.md sh": [1, "scripts/check-package installs the packed package"],
  "packages/widget/README.md sh": [1, "scripts/check-package installs the packed package"],
  "docs/stacks/commonjs.md sh": [3, "test/stacks"],
  "docs/stacks/express.md sh": [3, "test/stacks"],
  "docs/stacks/fastify.md sh": [3, "test/stacks"],
  "docs/stacks/hono.md sh": [3, "test/stacks"],
  "docs/stacks/nest.md sh": [3, "test/stacks"],
  "docs/stacks/next.md sh": [3, "test/stacks"],
  "docs/stacks/node.md sh": [4, "test/stacks"],
  "docs/stacks/php.md sh": [3, "test/stacks"],
  "docs/tracing.md sh": [1, "test/tracing/process.test.ts, without the installation"],
  "docs/tls.md sh": [2, "test/server/documented_certificates.test.ts"],
  "docs/tls.md promql": [1, "none: a query"],
  "docs/load-balancing.md json": [1, "test/gateway/readiness.test.ts"],
  "docs/upgrades.md sh": [1, "none: check-config as in test/config"],
  "docs/widget.md css": [1, "test/widget/appearance.test.ts: the parts"],
  "docs/widget.md html": [4, "test/widget/documented_page.test.ts: the page. The others are one element"],
};

it("every code block of the documents is held by a test, or it is known why it is not", () => {
  const isHeldByKind = (kind: string) => /^([tj]s|ya?ml|mermaid)$/.test(kind);
  const counts: Record<string, number> = {};
  for (const { document, kind, isSnippet } of documents.flatMap(codeBlocksOf)) {
    if (isSnippet || isHeldByKind(kind)) continue;
    const key = `${document} ${kind}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  // A new block needs a source (CONTRIBUTING.md, "Code in a document"), or a line above.
  const expected = Object.fromEntries(Object.entries(holders).map(([key, [count]]) => [key, count]));
  expect(counts).toEqual(expected);
});
