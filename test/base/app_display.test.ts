import { expect, it } from "vitest";
import { describeLogoProblem } from "../../src/base/app_display.js";

it.each([
  "https://shop.example.com/logo.svg?v=2",
  "http://localhost:3000/logo.png",
  "/logo.png",
  "/",
  "data:image/png;base64,AAAA",
  "data:image/svg+xml,%3Csvg/%3E",
  `https://shop.example.com/${"l".repeat(4_071)}`,
])("A logo may be %s", (logo) => {
  expect(describeLogoProblem(logo)).toBeUndefined();
});

it.each([
  "javascript:alert(1)",
  "java\nscript:alert(1)",
  " javascript:alert(1)",
  "http://shop.example.com/logo.png",
  "https://user:password@shop.example.com/logo.png",
  "https://",
  "//shop.example.com/logo.png",
  "/\\shop.example.com/logo.png",
  "/\t/shop.example.com/logo.png",
  "logo.png",
  "data:text/html,<script>alert(1)</script>",
  "data:image/svg+xml,<svg onload=alert(1)>",
  "blob:https://shop.example.com/1",
  "ftp://shop.example.com/logo.png",
  "",
  `https://shop.example.com/${"l".repeat(4_072)}`,
])("A logo must not be %j", (logo) => {
  expect(describeLogoProblem(logo)).toMatch(/^must be /);
});
