import { defineConfig } from "@playwright/test";
import browsers from "./playwright.config.ts";

/** Called by scripts/screenshots: the pictures of the README, of a server that is started for them. */
export default defineConfig({
  testDir: ".",
  testMatch: "*.screenshots.ts",
  outputDir: "results/screenshots-artifacts",
  timeout: 300_000,
  workers: 1,
  reporter: [["list"]],
  expect: { timeout: 15_000 },
  use: browsers.use,
  projects: [{ name: "screenshots", use: { javaScriptEnabled: true } }],
});
