import { defineConfig } from "@playwright/test";

/** Called by scripts/campaign, a round at a time, with GONOGO_SEED. */
export default defineConfig({
  testDir: ".",
  testMatch: "*.campaign.ts",
  outputDir: "results/campaign",
  timeout: 300_000,
  workers: 1,
  reporter: [["list"]],
  projects: [{ name: "campaign" }],
});
