import { chmod } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, picture, scripted, test } from "./support/gonogo.ts";
import * as run from "./support/run.ts";
import type { Server } from "./support/server.ts";

// Each deadline is for a machine that is busy with something else: axe and pictures compute.
test.setTimeout(300_000);

test("the page of a run is accessible with a line open, in both themes and at both widths", async ({ person, gonogo }) => {
  const devops = await person("devops");
  const path = await runInUse(devops, gonogo);
  await expectFine(devops, "run", path);
  await expectFine(devops, "runs", "/");
  await devops.goto(path);
  await run.openLine(devops, "The passwords of the first start lie in");
  await expectFine(devops, "run-open-failed", devops.url());
  await devops.goto(path);
  await run.openLine(devops, "Everybody who signs below");
  await expectFine(devops, "run-open-attested", devops.url());
  await devops.goto(path);
  await run.abandon(devops);
  await expectFine(devops, "run-abandoned", path);
});

test("the other parts of a run are accessible, the signing form among them", async ({ person }) => {
  const devops = await person("devops");
  const path = await run.startRun(devops, { checklist: "Gonogo Go-Live Checklist", environment: "this-machine", release: "v1.4.3" });
  await devops.getByRole("button", { name: "Begin execution" }).click();
  await run.verifyEverything(devops);
  await expectFine(devops, "run-sign-off", `${path}?tab=sign-off`);
  await run.review(devops, path, "DevOps");
  await expectFine(devops, "run-signing", devops.url());
  await expectFine(devops, "run-guides", `${path}?tab=guides`);
  await expectFine(devops, "run-log", `${path}?tab=log`);
  await expectFine(devops, "environments", "/environments");
  await devops.goto(path);
  await run.abandon(devops);
});

test("the numbers and the next steps of a run are accessible", async ({ person }) => {
  const devops = await person("devops");
  const checklist = "Performance Optimization Deployment Checklist";
  const path = await run.startRun(devops, { checklist, environment: "this-machine", release: "v1.4.4" });
  if (scripted()) expect(await brokenWords(devops), "words of the phases' names that are broken").toEqual([]);
  await expectFine(devops, "run-benchmark", `${path}?tab=benchmark`);
  await expectFine(devops, "run-next-steps", `${path}?tab=next`);
});

test("the pages of people are accessible", async ({ person }) => {
  const admin = await person("admin");
  await expectFine(admin, "people", "/people");
  await expectFine(admin, "people-nobody-fits", "/people?text=nobody-of-that-name");
  await admin.goto("/people");
  await admin.locator("a.table-main").first().click();
  await expect(admin).toHaveURL(/people\/\d+$/);
  await expectFine(admin, "person", admin.url());
  await expectFine(admin, "account", "/account");
  const viewer = await person("viewer");
  await expectFine(viewer, "people-forbidden", "/people");
});

test("the pages around the runs are accessible", async ({ person }) => {
  const devops = await person("devops");
  await expectFine(devops, "checklists", "/checklists");
  await expectFine(devops, "checklist", await shipped(devops, "go-live.md"));
  await expectFine(devops, "new-run", "/new-run");
  await expectFine(devops, "runs-none-fits", "/?text=nothing-of-that-name");
  await expectFine(devops, "stability", "/stability");
  await expectFine(devops, "not-found", "/nothing-here");
  if (scripted()) {
    await devops.goto(await shipped(devops, "performance-optimization.md"));
    await picture(devops, "checklist-reference");
  }
});

/** The page at `address` is accessible; its pictures are called `name`. */
async function expectFine(page: Page, name: string, address: string): Promise<void> {
  await test.step(name, async () => {
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    // Without scripting they look the same.
    if (scripted()) await picture(page, name);
    await expectAccessible(page);
  });
}

/** A run with lines that are proved, failed, attested, waived and open, with a signature that is not a go. */
async function runInUse(devops: Page, gonogo: Server): Promise<string> {
  const path = await run.startRun(devops, { checklist: "Gonogo Go-Live Checklist", environment: "this-machine", release: "v1.4.2" });
  await devops.getByRole("button", { name: "Begin execution" }).click();
  await chmod(join(gonogo.data, "credentials"), 0o644);
  await run.verifyEverything(devops);
  await chmod(join(gonogo.data, "credentials"), 0o600);
  await run.attest(devops, "Everybody who signs below", "Four accounts, listed by gonogo user list");
  await run.settle(devops, "The clock agrees", "Waive", "The time server is moved on Friday", "Waived");
  await run.settle(devops, "Gonogo starts again by itself", "Skip", "This machine is never restarted", "Skipped");
  return path;
}

/** The words above the page's phases that do not stand on one line. */
function brokenWords(page: Page): Promise<string[]> {
  return page.locator(".phase b").evaluateAll((names) =>
    names.flatMap((name) => {
      const text = name.firstChild;
      const words = [...(text?.textContent ?? "").matchAll(/[^\s-]+/g)];
      return words.flatMap(({ 0: word, index }) => {
        const range = document.createRange();
        range.setStart(text as Text, index);
        range.setEnd(text as Text, index + word.length);
        return range.getClientRects().length === 1 ? [] : [word];
      });
    }),
  );
}

/** The page of a checklist that is shipped. */
async function shipped(page: Page, file: string): Promise<string> {
  await page.goto("/checklists");
  const link = page.getByRole("row").filter({ hasText: file }).last().locator("a.table-main");
  return (await link.getAttribute("href")) ?? "";
}
