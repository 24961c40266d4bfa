import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { expect, picture } from "./support/gonogo.ts";
import * as lab from "./support/lab.ts";
import { test } from "./support/on_lab.ts";
import * as run from "./support/run.ts";

const TITLE = "Performance Optimization Deployment Checklist";

const REFERENCE = fileURLToPath(new URL("../checklists/performance-optimization.md", import.meta.url));
/** The same document without its windows: its criteria wait for no day to pass. */
const AT_ONCE = `${TITLE}, judged at once`;

/** Imports and publishes it. */
async function importJudgedAtOnce(page: Page): Promise<void> {
  const text = await readFile(REFERENCE, "utf8");
  const windows = /^## Post-Deployment Verification$.*?(?=^## )/ms;
  expect(text).toMatch(windows);
  await run.pasteChecklist(page, text.replace(windows, "").replace(`# ${TITLE}`, `# ${AT_ONCE}`));
  await run.publish(page);
}

/** A run of the lab that was measured before its execution, which has begun. */
async function begun(page: Page, environment: string, release: string, checklist = TITLE): Promise<string> {
  const path = await run.startRun(page, { checklist, environment, release });
  await lab.measure(page, path, "Before Deployment");
  await page.goto(path);
  await page.getByRole("button", { name: "Begin execution" }).click();
  await expect(page.locator(".run-state")).toHaveText("executing");
  return path;
}

function row(page: Page, text: string) {
  return page.locator("#demands").getByRole("row").filter({ hasText: text });
}

/** Says what the lines have come to, on a page that was asked for after the last measurement. */
async function tell(page: Page, title: string): Promise<void> {
  await page.reload();
  console.log(`${title}: ${(await page.locator("#demands").innerText()).replaceAll("\n", " · ")}`);
}

test("the lab is measured before and after, and its lines come out by what was measured", async ({ cannot, person }) => {
  test.skip(cannot !== undefined, cannot);
  test.setTimeout(1_200_000);
  await lab.lab("before");
  const devops = await person("devops");
  const path = await begun(devops, "lab", "v2");
  await lab.lab("deployed");
  await lab.measure(devops, path, "After Deployment");
  await test.step("what is met, what is too early, and how sure it is", async () => {
    for (const line of ["API response time: <200ms p95", "N+1 queries: 0 detected"]) {
      await expect(row(devops, line)).toContainText("met");
      await expect(row(devops, line)).not.toContainText("not met");
    }
    await expect(row(devops, "API latency reduced >60%")).toContainText("too early");
    const ladder = devops.getByRole("region", { name: "Latencies before and after" });
    await expect(ladder.getByRole("row").filter({ hasText: "p95" })).toContainText("(95 % interval:");
    // Of 240 answers the p99 rests on three: it has no interval.
    await expect(devops.locator(".ladder-spread")).toHaveCount(2);
    await expect(row(devops, "Cache read latency: <5ms average")).toContainText("met");
    await expect(row(devops, "Cache read latency: <5ms average")).not.toContainText("not met");
    await picture(devops, "lab-benchmark");
    console.log((await ladder.innerText()).replaceAll("\n", " · "));
    await tell(devops, "with the cache");
  });
  await devops.goto(path);
  await run.abandon(devops);
});

test("the criteria are met by what was measured, and where the deployment did not help they are not", async ({ cannot, person }) => {
  test.skip(cannot !== undefined, cannot);
  test.setTimeout(1_800_000);
  await lab.lab("before");
  const devops = await person("devops");
  await importJudgedAtOnce(devops);

  await test.step("with the cache every one is met, and the interval clears what is demanded", async () => {
    const path = await begun(devops, "lab", "v2", AT_ONCE);
    await lab.lab("deployed");
    await lab.measure(devops, path, "After Deployment");
    await tell(devops, "with the cache");
    for (const line of ["API latency reduced >60%", "Database queries reduced >50%", "Cache hit rate >60%", "No N+1 queries"]) {
      await expect(row(devops, line).locator(".status"), line).toHaveText("met");
    }
    await expect(row(devops, "API latency reduced >60%")).toContainText("95 % interval");
    await devops.goto(path);
    await run.abandon(devops);
  });

  await test.step("with the cache off its rate is unknown", async () => {
    await lab.lab("before");
    const path = await begun(devops, "lab", "v2-cache-off", AT_ONCE);
    await lab.lab("deployed");
    await lab.lab("break", "cache-disabled");
    await lab.measure(devops, path, "After Deployment");
    await tell(devops, "with the cache off");
    for (const line of await row(devops, "Cache hit rate").all()) {
      await expect(line.locator(".status")).toHaveText("no data");
    }
    await devops.goto(path);
    await run.abandon(devops);
    await lab.lab("mend");
  });

  await test.step("where nothing was deployed nothing is better", async () => {
    await lab.lab("before");
    const path = await begun(devops, "lab", "nothing", AT_ONCE);
    await lab.measure(devops, path, "After Deployment");
    await tell(devops, "nothing deployed");
    for (const line of ["API latency reduced >60%", "Database queries reduced >50%", "No N+1 queries"]) {
      await expect(row(devops, line).locator(".status"), line).toHaveText(/^not met/);
    }
    await devops.goto(path);
    await run.abandon(devops);
  });
});

test("three answers are no data", async ({ cannot, person }) => {
  test.skip(cannot !== undefined, cannot);
  test.setTimeout(1_200_000);
  await lab.lab("before");
  const devops = await person("devops");
  const path = await begun(devops, "lab-few", "v2-few");
  await lab.lab("deployed");
  await lab.measure(devops, path, "After Deployment");
  await tell(devops, "three answers");
  await expect(row(devops, "API response time: <200ms p95")).toContainText("3 samples, 200 are needed");
  await devops.goto(path);
  await run.abandon(devops);
});
