import { defineConfig } from "@playwright/test";
import campaign from "./campaign.config.ts";

/** Called by scripts/screenshots: the pictures of the README, of a server that is started for them. */
export default defineConfig({
  ...campaign,
  testMatch: "*.screenshots.ts",
  outputDir: "results/screenshots-artifacts",
  projects: [{ name: "screenshots", use: { javaScriptEnabled: true } }],
});
