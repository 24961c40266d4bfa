import { chmod } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, picture, scripted, test } from "./support/gonogo.ts";
import * as run from "./support/run.ts";
import type { Server } from "./support/server.ts";

test("every page in use is accessible in both themes and at both widths", async ({ person, gonogo }) => {
  test.setTimeout(300_000);
  const devops = await person("devops");
  const path = await runInUse(devops, gonogo);
  const look = (name: string, address: string) =>
    test.step(name, async () => {
      await devops.goto(address);
      await expect(devops.getByRole("heading", { level: 1 })).toBeVisible();
      // Without scripting they look the same.
      if (scripted()) await picture(devops, name);
      await expectAccessible(devops);
    });
  await look("runs", "/");
  await look("runs-none-fits", "/?text=nothing-of-that-name");
  await look("run", path);
  await run.openLine(devops, "The passwords of the first start lie in");
  await look("run-open-failed", devops.url());
  await devops.goto(path);
  await run.openLine(devops, "Everybody who signs below");
  await look("run-open-attested", devops.url());
  await look("run-sign-off", `${path}?tab=sign-off`);
  await test.step("run-signing", async () => {
    await run.review(devops, path, "DevOps");
    await look("run-signing", devops.url());
  });
  await look("run-guides", `${path}?tab=guides`);
  await look("run-log", `${path}?tab=log`);
  await look("checklists", "/checklists");
  await look("checklist", await reference(devops));
  await look("new-run", "/new-run");
  await look("environments", "/environments");
  await look("not-found", "/nothing-here");
  await devops.goto(path);
  await run.abandon(devops);
  await look("run-abandoned", path);
});

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

/** The page of the largest checklist that is shipped. */
async function reference(page: Page): Promise<string> {
  await page.goto("/checklists");
  const link = page.getByRole("row").filter({ hasText: "performance-optimization.md" }).last().locator("a.table-main");
  return (await link.getAttribute("href")) ?? "";
}
