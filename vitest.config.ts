import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Generous because machines are shared: bounds that catch a hang, never a measurement. A browser takes longest to start.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Sooner than the test, so that it is known what was waited for.
    expect: { poll: { timeout: 20_000 } },
    coverage: { include: ["src/**"], reporter: ["text-summary", "html"] },
  },
});
