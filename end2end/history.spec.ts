import type { Page } from "@playwright/test";
import { expect, expectAccessible, picture, scripted, test } from "./support/gonogo.ts";
import * as run from "./support/run.ts";

const TITLE = "The shop in history";
const checklist = (line: string, title: string) => `# ${title}

## Deployment

### Phase 1: Look (5 minutes)

- [ ] A folder is there <!-- gonogo: file history-folder directory -->
- [ ] ${line}

## Sign-off

| Role | Name | Date | Signature |
|------|------|------|-----------|
| DevOps | | | |
| QA | | | |
`;

test("runs are filtered by what is chosen, and the answer has an address", async ({ person }) => {
  test.setTimeout(180_000);
  const devops = await person("devops");
  const [first, second] = await twoRuns(devops);

  await devops.goto("/");
  await devops.getByLabel("State").selectOption("closed");
  await devops.getByLabel("Outcome").selectOption("abandoned");
  await devops.getByLabel("Words").fill("shop hist");
  await devops.getByRole("button", { name: "Filter" }).click();
  await expect(devops).toHaveURL(/outcome=abandoned/);
  await expect(rows(devops)).toHaveCount(1);
  await expect(rows(devops).first()).toContainText("v2");
  await expect(devops.getByLabel("Outcome")).toHaveValue("abandoned");
  await expect(devops.locator(".pager-count")).toHaveText("1 run");

  await devops.goto(`/?text=v1.1&person=${await name(devops)}`);
  await expect(devops.getByLabel("Started or signed by")).toHaveValue(await name(devops));
  await expect(rows(devops).first()).toContainText("v1.1");
  await devops.goto("/?to=2001-01-01");
  await expect(devops.getByRole("heading", { name: "No run fits" })).toBeVisible();
  await devops.goto("/?from=soon");
  await expect(devops.locator("main")).toContainText("is no day");

  await test.step("two runs are ticked and compared line by line", async () => {
    await devops.goto("/?text=shop+hist");
    for (const path of [second, first]) await devops.getByLabel(`Compare run ${number(path)}`, { exact: true }).check();
    if (scripted()) await picture(devops, "runs-chosen");
    await devops.getByRole("button", { name: "Compare two runs" }).click();
    await expect(devops.getByRole("heading", { level: 1 })).toHaveText(`Run ${number(first)} and run ${number(second)}`);
    const lines = devops.locator(".comparison-lines tbody tr:not(.comparison-group)");
    await expect(lines).toHaveCount(3);
    await expect(lines.filter({ hasText: "The old line" })).toContainText("removed");
    await expect(lines.filter({ hasText: "The new line" })).toContainText("added");
    if (scripted()) await picture(devops, "comparison");
    await expectAccessible(devops);
    await devops.getByRole("link", { name: "Only differences" }).click();
    await expect(lines).toHaveCount(2);
    await expect(devops).toHaveURL(/only=differences/);
  });

  await test.step("one run alone cannot be compared", async () => {
    await devops.goto(`/runs/compare?run=${number(first)}`);
    await expect(devops.getByRole("heading", { name: "Choose two runs" })).toBeVisible();
    await expectAccessible(devops);
  });
});

/** Two runs of two revisions; the second is given up. */
async function twoRuns(devops: Page): Promise<[string, string]> {
  const paths: string[] = [];
  for (const [line, release] of [["The old line", "v1.1"], ["The new line", "v2"]] as const) {
    const title = `${TITLE}, ${release}`;
    await run.pasteChecklist(devops, checklist(line, title));
    if ((await devops.getByRole("button", { name: /publish the plan/i }).count()) > 0) await run.publish(devops);
    paths.push(await run.startRun(devops, { checklist: title, environment: "this-machine", release }));
  }
  await run.abandon(devops);
  return paths as [string, string];
}

function rows(page: Page) {
  return page.locator(".runs-table tbody tr");
}

function number(path: string): string {
  return path.split("/").at(-1) ?? "";
}

async function name(page: Page): Promise<string> {
  return (await page.locator(".menu-name").first().textContent())?.trim().toLowerCase() ?? "";
}
