import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Returns the violations that axe finds in the page, after all finite animations have ended. */
export async function findAxeViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(source);
  const run = `(async () => {
    const roots = [document, ...[...document.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? [])];
    const moving = roots.flatMap((root) => root.getAnimations()).filter((it) => it.effect.getTiming().iterations !== Infinity);
    await Promise.allSettled(moving.map((animation) => animation.finished));
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, any }) => id + " " + target + " " + any[0]?.message));
  })()`;
  return page.evaluate(run);
}
