import { defineConfig } from "@playwright/test";

/** Each spec runs in both projects; a test that is about scripting itself carries the tag @needs-javascript, one that
 *  deploys the lab the tag @lab: there is one lab on a machine. */
export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "results/artifacts",
  // Deadlines that catch a hang on a busy machine; no test waits for time to pass.
  timeout: 90_000,
  expect: { timeout: 15_000 },
  workers: 2,
  retries: 0,
  forbidOnly: process.env.CI === "true",
  reporter: [
    ["list"],
    ["junit", { outputFile: "results/junit.xml" }],
    ["json", { outputFile: process.env.GONOGO_BROWSER_REPORT ?? "results/report.json" }],
  ],
  use: {
    browserName: "chromium",
    launchOptions: {
      executablePath: process.env.GONOGO_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    },
    locale: "en-GB",
    timezoneId: "UTC",
    // Colours that fade into another theme are read half way by nobody but a test.
    contextOptions: { reducedMotion: "reduce" },
    viewport: { width: 1280, height: 900 },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
  projects: [
    { name: "javascript", use: { javaScriptEnabled: true } },
    { name: "no-javascript", use: { javaScriptEnabled: false }, grepInvert: /@needs-javascript|@lab/ },
  ],
});
