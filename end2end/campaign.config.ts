import { defineConfig } from "@playwright/test";
import browsers from "./playwright.config.ts";

/** Called by scripts/campaign, a round at a time, with GONOGO_SEED. */
export default defineConfig({
  testDir: ".",
  testMatch: "*.campaign.ts",
  outputDir: "results/campaign",
  timeout: 300_000,
  workers: 1,
  reporter: [["list"]],
  expect: { timeout: 15_000 },
  use: browsers.use,
  projects: [{ name: "campaign", use: { javaScriptEnabled: true } }],
});
