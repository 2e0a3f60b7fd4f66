import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { builtFile } from "./test/support/program.js";
import { skipReporter } from "./test/support/skip_reporter.js";

/** The file that a run leaves its results in, for `scripts/sum_test_reports.mjs`. */
const report = process.env.TEST_REPORT;

/** Starts the files that take minutes before all others, so that no process waits for them at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) =>
      /\/test\/(cluster|languages|stacks|authing_sdks)\//.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const imageRenderer = "src/qr/image_renderer.ts";

export default defineConfig({
  plugins: [
    {
      // The thread beside it would load tsx first, half a second of a processor for each server of a test.
      name: "built-image-worker",
      transform(code, id) {
        const built = builtFile(imageRenderer);
        if (!built || !id.endsWith(`/${imageRenderer}`)) return undefined;
        const url = JSON.stringify(pathToFileURL(built).href);
        return { code: code.replaceAll("import.meta.url", url), map: null };
      },
    },
  ],
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build_program.ts"],
    // One process for each processor. It runs file after file and loads only once what they share. For the same reason
    // no test can mock a module: another file may have loaded it.
    isolate: false,
    maxWorkers: availableParallelism(),
    sequence: { sequencer: LongestFirst },
    reporters: report
      ? ["default", skipReporter, ["json", { outputFile: report }]]
      : ["default", skipReporter],
    // Generous because machines are shared: bounds that catch a hang, never a measurement. A browser takes
    // longest to start.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Sooner than the test, so that it is known what was waited for.
    expect: { poll: { timeout: 20_000 } },
    coverage: { include: ["src/**"], reporter: ["text-summary", "html"] },
  },
});
