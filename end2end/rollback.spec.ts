import type { Page } from "@playwright/test";
import { expect, expectAccessible, picture, scripted, test } from "./support/gonogo.ts";
import * as run from "./support/run.ts";

const TITLE = "The shop and its way back";
/** The second step fails until the folder is there; the third is somebody's. */
const CHECKLIST = `# ${TITLE}

## Deployment

### Phase 1: Files (5 minutes)

- [ ] Switch made: \`touch way-back-switch\`

## Rollback

### Immediate Rollback (< 5 minutes)

1. Take the switch away:
   \`\`\`bash
   rm -f way-back-switch
   \`\`\`
2. Leave a mark:
   \`\`\`bash
   mkdir way-back/mark
   \`\`\`
3. Tell the owner of the shop by telephone.

### Full Rollback (< 15 minutes)

1. Take everything away:
   \`\`\`bash
   rm -f way-back-switch
   \`\`\`

## Sign-off

| Role | Name | Date | Signature |
|------|------|------|-----------|
| DevOps | | | |
| QA | | | |
`;

test("a product owner rolls back on a phone, through a step that fails, and the others see it", async ({ person, gonogo }) => {
  test.setTimeout(180_000);
  const devops = await person("devops");
  const owner = await person("product_owner");
  const viewer = await person("viewer");
  await run.pasteChecklist(devops, CHECKLIST);
  if ((await devops.getByRole("button", { name: /publish the plan/i }).count()) > 0) await run.publish(devops);
  const path = await run.startRun(devops, { checklist: TITLE, environment: "this-machine", release: "v2" });
  await expect(bar(devops), "nothing to roll back yet").toHaveCount(0);
  await devops.getByRole("button", { name: "Begin execution" }).click();
  await expect(devops.locator(".run-state")).toHaveText("executing");

  await owner.setViewportSize({ width: 320, height: 640 });
  await test.step("the button is in sight, by thumb and by keyboard, and opens the plan", async () => {
    await owner.goto(path);
    await expect(bar(owner).getByRole("link")).toBeInViewport();
    await bar(owner).getByRole("link", { name: "Roll back…" }).focus();
    await owner.keyboard.press("Enter");
    await expect(owner.getByText("mkdir way-back/mark")).toBeVisible();
    await expectAccessible(owner);
    if (scripted()) await picture(owner, "rollback-plan");
    await owner.setViewportSize({ width: 320, height: 640 });
  });

  await test.step("another name than the environment's starts nothing", async () => {
    await start(owner, "Immediate Rollback", "production");
    await expect(owner.getByText("Type the environment's name, this-machine")).toBeVisible();
    await owner.goto(`${path}?tab=rollback`);
  });

  await test.step("it runs until a step fails, and asks", async () => {
    await start(owner, "Immediate Rollback", "this-machine");
    await expectStep(owner, "Take the switch away", "done");
    await expectStep(owner, "Leave a mark", "failed");
    await expect(owner.locator(".run-state")).toHaveText("rolling back");
    await expectAccessible(owner);
    if (scripted()) await picture(owner, "rollback-asks");
    await owner.setViewportSize({ width: 320, height: 640 });
  });

  await test.step("whoever comes second sees who started it, and a viewer cannot press anything", async () => {
    await devops.goto(path);
    await bar(devops).getByRole("link", { name: "See the rollback" }).click();
    await expectStep(devops, "Leave a mark", "failed");
    await viewer.goto(`${path}?tab=rollback`);
    await expectStep(viewer, "Leave a mark", "failed");
    await expect(viewer.getByRole("button", { name: "Try it again" })).toHaveCount(0);
    await expect(viewer.getByText("DevOps or a product owner chooses")).toBeVisible();
  });

  await test.step("it goes on when the reason is mended, and a person says that their step is done", async () => {
    await run.look(owner);
    const before = await run.events(owner);
    await owner.getByRole("button", { name: "Try it again" }).click();
    // It says "failed" already: what counts is the second failure, which draws the step anew.
    await expectEventually(owner, () => expect.poll(() => run.events(owner)).toBeGreaterThan(before + 1));
    await expectStep(owner, "Leave a mark", "failed");
    await skip(owner, gonogo, "Leave it out…", "Leave the step out", "No mark is needed");
    await expectStep(owner, "Leave a mark", "left out");
    await skip(owner, gonogo, "It is done…", "Say that it is done", "Called at noon");
    await expectStep(owner, "Tell the owner of the shop", "done by hand");
  });

  await test.step("the run is rolled back, and its button is gone", async () => {
    await expectEventually(owner, () => expect(owner.locator(".run-state")).toHaveText("rolled back"));
    await expect(bar(owner)).toHaveCount(0);
    await expectAccessible(owner);
    if (scripted()) await picture(owner, "rollback-done");
  });
});

function bar(page: Page) {
  return page.getByRole("navigation", { name: "Rollback" });
}

/** Opens the form of a tier on the open tab, and sends it. */
async function start(page: Page, tier: string, environment: string): Promise<void> {
  const card = page.getByRole("region", { name: tier, exact: true });
  await card.getByText(`${tier}…`).click();
  await card.getByLabel("Why").fill("Errors at the checkout");
  await card.getByLabel("The environment's name, to confirm").fill(environment);
  await card.getByRole("button", { name: "Roll back this-machine" }).click();
}

async function skip(page: Page, gonogo: import("./support/server.ts").Server, open: string, send: string, reason: string): Promise<void> {
  await expectEventually(page, () => expect(page.getByText(open)).toBeVisible());
  const card = page.locator("#rollback");
  await card.getByText(open).click();
  await card.getByLabel("Reason").fill(reason);
  await card.getByLabel("Your password, again").fill((await gonogo.account("product_owner")).password);
  await card.getByRole("button", { name: send }).click();
}

async function expectStep(page: Page, title: string, word: string): Promise<void> {
  const step = page.locator("#rollback").locator("li").filter({ hasText: title });
  await expectEventually(page, () => expect(step).toContainText(word));
}

/** What follows by itself is seen by itself where scripts run, and by loading the page again where not. */
async function expectEventually(page: Page, expectation: () => Promise<void>): Promise<void> {
  if (scripted()) return expectation();
  await expect(async () => {
    await page.reload();
    await expectation();
  }).toPass({ timeout: 30_000 });
}
