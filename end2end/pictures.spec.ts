import type { Page } from "@playwright/test";
import { expect, expectAccessible, picture, scripted } from "./support/gonogo.ts";
import * as run from "./support/run.ts";
import * as shop from "./support/shop.ts";
import { test } from "./support/shop.ts";

// Each deadline is for a machine that is busy with something else: axe and pictures compute.
test.setTimeout(600_000);

const LINES = ["The switch is on", "The team was told", "The settings are in place", "The handbook is new", "API response time", "API error rate"];

test("the numbers of a run are drawn, each with its table, for everybody and on paper", async ({ person, shop: service }) => {
  const devops = await person("devops");
  // A machine that is busy with something else answers some hundred milliseconds late: that alone must not decide what is better.
  service.delay = 700;
  const path = await shop.startRun(devops, "v1");
  const numbers = `${path}?tab=benchmark`;

  await test.step("before anything was measured", async () => {
    for (const role of ["viewer", "qa", "product_owner"]) await expectFine(await person(role), `numbers-${role}`, numbers);
    await expect(devops.locator(".ladder")).toHaveCount(0);
  });

  await test.step("while the load runs, and after it was stopped", async () => {
    const busy = await shop.startRun(devops, "v1", "patient");
    await devops.goto(`${busy}?tab=benchmark`);
    await shop.press(devops, "Before Deployment");
    await expect(devops.getByText("The load runs")).toBeVisible();
    if (scripted()) await expect(devops.locator(".load-curve")).toBeVisible();
    await show(devops, "numbers-load");
    await devops.getByRole("button", { name: "Stop measuring" }).click();
    await ends(devops);
    await show(devops, "numbers-stopped");
  });

  await test.step("before and after", async () => {
    await shop.measure(devops, path, "Before Deployment");
    await devops.goto(path);
    await devops.getByRole("button", { name: "Begin execution" }).click();
    await expect(devops.locator(".run-state")).toHaveText("executing");
    service.delay = 8;
    await shop.measure(devops, path, "After Deployment");
    const owner = await person("product_owner");
    await expectFine(owner, "numbers-measured", numbers);
    await expect(owner.locator(".ladder-before")).toHaveCount(3);
    const ladder = owner.getByRole("region", { name: "Latencies before and after" });
    await expect(ladder.getByRole("row").filter({ hasText: "p95" })).toContainText("% better");
  });

  await test.step("from run to run", async () => {
    await devops.goto(path);
    await run.abandon(devops);
    const next = await shop.startRun(devops, "v2");
    await expectFine(devops, "numbers-trend", `${next}?tab=benchmark`);
    const table = devops.getByRole("region", { name: "Runs of this checklist in this environment" });
    await expect(table.getByRole("row").nth(1)).toContainText("(this one)");
    await expect(table.getByRole("row").nth(2).getByText(/^\d+\.\d ms$/)).toBeVisible();
    await expect(devops.locator(".trend-dot")).toHaveCount(1);
    await devops.goto(next);
    await run.abandon(devops);
  });

  await test.step("on paper", async () => {
    await devops.goto(numbers);
    await onPaper(devops, "paper-numbers", async () => {
      await expect(devops.locator(".ladder-after").first()).toBeVisible();
      await expect(devops.getByRole("region", { name: "Latencies before and after" }).getByRole("row")).toHaveCount(4);
      await expect(devops.getByRole("region", { name: "Runs of this checklist" }).getByRole("row").nth(1)).toBeVisible();
      await expect(devops.getByRole("button")).toHaveCount(0);
    });
  });
});

test("the time of a run is drawn, from its plan to its windows and next steps", async ({ person, gonogo }) => {
  const devops = await person("devops");
  const path = await shop.startRun(devops, "v1");
  const schedule = devops.getByRole("region", { name: "Phases, planned against actual" });
  await expect(summary(devops)).toContainText("30 min planned");
  await run.beginWithoutBaseline(devops, "Only the times are looked at");
  await expect(devops.locator(".run-state")).toHaveText("executing");
  await summary(devops).click();

  await test.step("planned against actual, which stays open while it goes on", async () => {
    await expect(schedule.getByRole("row").filter({ hasText: "Switch" })).toContainText("so far");
    const qa = await person("qa");
    await qa.goto(path);
    for (const line of LINES.slice(0, 2)) await run.attest(qa, line, "seen");
    await run.look(devops);
    if (!scripted()) await summary(devops).click();
    await expect(schedule.getByRole("row").filter({ hasText: "Environment" })).toContainText("so far");
    await expect(schedule.getByRole("row").filter({ hasText: "Documentation" })).toContainText("expected");
    await expect(schedule.locator(".schedule-now")).toHaveCount(3);
    await expect(summary(devops)).toContainText(/of 30 min planned, ends in 2[45] min, [456] min earlier than planned/);
    await devops.goto(path);
    await summary(devops).click();
    await show(devops, "time-schedule");
  });

  await test.step("the samples of a window", async () => {
    for (const line of LINES.slice(2)) await run.attest(devops, line, "seen");
    await expect(async () => {
      await devops.goto(path);
      await expect(devops.locator(".sample-bar").first()).toBeVisible({ timeout: 1_000 });
      await expect(devops.locator(".sample-bar .bad")).toHaveCount(1, { timeout: 1_000 });
    }).toPass();
    await expect(summary(devops)).toContainText("took");
    await show(devops, "time-windows");
  });

  await test.step("the next steps, for those who take care of them and those who look", async () => {
    await devops.goto(`${path}?tab=next`);
    await devops.getByRole("button", { name: "I take care of it" }).first().click();
    await expect(devops.getByText("taken care of by devops")).toBeVisible();
    await devops.getByText("How it ended…").first().click();
    await show(devops, "time-next-steps");
    for (const role of ["viewer", "qa", "product_owner"]) await expectFine(await person(role), `time-next-${role}`, `${path}?tab=next`);
  });

  await test.step("what a webhook was not told", async () => {
    await run.sign(await person("qa"), gonogo, path, "QA", "NO-GO", "It burns");
    await expect(async () => {
      await devops.goto("/environments");
      await expect(devops.getByText("A webhook was not told")).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 60_000 });
    await show(devops, "time-undelivered");
  });

  await test.step("on paper", async () => {
    await devops.goto(path);
    await onPaper(devops, "paper-run", async () => {
      await expect(schedule.getByRole("row")).toHaveCount(4);
      await expect(schedule.getByRole("row").nth(3), "what is folded on the screen is open").toBeVisible();
      await expect(devops.locator(".sample-bar").first()).toBeVisible();
      await expect(devops.getByRole("row").filter({ hasText: "Answers elsewhere" })).toBeVisible();
      await expect(devops.locator("table.signatures")).toBeVisible();
      await expect(devops.getByRole("button")).toHaveCount(0);
    });
    await run.abandon(devops);
  });
});

/** The line behind which the schedule is. */
const summary = (page: Page) => page.locator("summary").filter({ hasText: "Planned against actual" });

/** Waits until nothing is measured any more. */
async function ends(page: Page): Promise<void> {
  await expect(async () => {
    await run.look(page);
    await expect(page.getByText("The load runs")).toHaveCount(0, { timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
}

/** The page at an address is accessible. */
async function expectFine(page: Page, name: string, address: string): Promise<void> {
  await page.goto(address);
  await show(page, name);
}

/** The open page is accessible; its pictures are called `name`. */
async function show(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  if (scripted()) await picture(page, name);
  await expectAccessible(page);
}

/** What holds of the open page as it is printed on A4. */
async function onPaper(page: Page, name: string, holds: () => Promise<void>): Promise<void> {
  const size = page.viewportSize();
  // 210 mm less the margins, at 96 dots an inch.
  await page.setViewportSize({ width: 688, height: 1000 });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await holds();
  const overflow = await page.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth);
  expect(overflow, "nothing is cut off at the right").toBeLessThanOrEqual(0);
  if (scripted()) await page.screenshot({ path: `results/screenshots/${name}.png`, fullPage: true });
  await page.emulateMedia({ media: null, colorScheme: null });
  if (size) await page.setViewportSize(size);
}
