import type { Page } from "@playwright/test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, expectAccessible, picture, scripted, test } from "./support/gonogo.ts";
import * as run from "./support/run.ts";

const TITLE = "The shop in one go";
/** The second command fails until somebody has made its folder; the third line is a person's. */
const CHECKLIST = `# ${TITLE}

## Deployment

### Phase 1: Files (5 minutes)

- [ ] Folder made: \`mkdir -p one-go\`
- [ ] Mark left: \`mkdir one-go/deep/mark\`
- [ ] It can be seen <!-- gonogo: file one-go/deep/mark directory -->
- [ ] The team was told

## Sign-off

| Role | Name | Date | Signature |
|------|------|------|-----------|
| DevOps | | | |
| QA | | | |
`;

test("a phase runs by itself, stops where it must, and goes on as somebody chose", async ({ person, gonogo }) => {
  test.setTimeout(180_000);
  const devops = await person("devops");
  const viewer = await person("viewer");
  await run.pasteChecklist(devops, CHECKLIST);
  if ((await devops.getByRole("button", { name: /publish the plan/i }).count()) > 0) await run.publish(devops);
  const path = await run.startRun(devops, { checklist: TITLE, environment: "this-machine", release: "v2" });
  await expect(opener(devops), "the run does not execute yet").toHaveCount(0);
  await devops.getByRole("button", { name: "Begin execution" }).click();
  await expect(devops.locator(".run-state")).toHaveText("executing");

  await test.step("the question shows exactly what will run", async () => {
    await opener(devops).click();
    const lines = devops.locator("#phase li");
    await expect(lines).toHaveCount(4);
    await expect(lines.nth(1)).toContainText("mkdir one-go/deep/mark");
    await expect(lines.nth(3)).toContainText("waits for a person");
    await expectAccessible(devops);
    if (scripted()) await picture(devops, "phase-question");
  });

  await test.step("it stops at the first failure, and a viewer sees it and cannot press anything", async () => {
    await devops.getByRole("button", { name: "Run this phase in this-machine" }).click();
    await expectState(devops, "stopped at: Mark left");
    await expect(devops.getByRole("link", { name: "Roll back…" }).first()).toBeVisible();
    await expectAccessible(devops);
    if (scripted()) await picture(devops, "phase-asks");
    await viewer.goto(path);
    await expect(viewer.locator(".section-waits")).toContainText("stopped at: Mark left");
    await viewer.getByRole("link", { name: "See it" }).click();
    await expectState(viewer, "stopped at: Mark left");
    await expect(viewer.getByRole("button", { name: /Try it again|Skip|Run this phase/ })).toHaveCount(0);
  });

  await test.step("the same line is tried again when its reason is mended, and the next is a person's", async () => {
    await mkdir(join(gonogo.data, "one-go", "deep"));
    await devops.getByRole("button", { name: "Try it again" }).click();
    await expectState(devops, "waiting for a person: The team was told");
    await expectAccessible(devops);
  });

  await test.step("it goes on past a line that was skipped for a reason, and is through", async () => {
    await devops.getByText("Skip with a reason…").click();
    await devops.locator("#phase-skip-reason").fill("Nobody works there today");
    await devops.getByRole("button", { name: "Skip and go on" }).click();
    await expectState(devops, "through");
    await devops.goto(path);
    await run.expectLine(devops, "Mark left", "Proved");
    await run.expectLine(devops, "The team was told", "Skipped", "Nobody works there today");
    await expect(opener(devops), "nothing is left to run").toHaveCount(0);
  });
});

function opener(page: Page) {
  return page.getByRole("link", { name: "Run this phase… (Phase 1 · Files)" });
}

/** What follows by itself is seen by itself where scripts run, and by loading the page again where not. */
async function expectState(page: Page, words: string): Promise<void> {
  if (scripted()) return expect(page.locator(".phase-state")).toContainText(words);
  await expect(async () => {
    await page.reload();
    await expect(page.locator(".phase-state")).toContainText(words, { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
}
