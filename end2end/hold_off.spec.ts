import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import { expect, expectAccessible, picture, scripted, signInAs, test } from "./support/gonogo.ts";
import * as run from "./support/run.ts";
import { Server } from "./support/server.ts";

const TITLE = "The shop that rolls back by itself";
const CHECKLIST = `# ${TITLE}

## Deployment

### Phase 1: Tell (5 minutes)

- [ ] The team was told

## Post-Deployment Verification

### Immediate Checks (within 5 minutes)

- [ ] No mistakes: \`grep MISTAKE app.log\` is empty

## Rollback

### Immediate Rollback (< 5 minutes)

1. Leave a mark:
   \`\`\`bash
   mkdir mark-of-the-way-back
   \`\`\`

## Troubleshooting

### Issue: Mistakes in the app

**Symptoms:**
- \`app.log\` holds lines with mistakes

**Solutions:**
1. Read the log of the app

## Next Steps After Deployment

1. **Day 1-7**: Monitor closely
   - Check metrics hourly

## Sign-off

| Role | Name | Date | Signature |
|------|------|------|-----------|
| DevOps | | | |
| QA | | | |
`;

/** Long enough that nothing starts while this looks. */
const RULE = '\n[automatic_rollback]\ntier = "immediate"\nhold_off = "1h"\n';

test("a window that fails begins a hold-off that everybody sees, and a key press or a form holds it", async ({ browser, contextOptions }) => {
  test.setTimeout(180_000);
  const environments = await mkdtemp(join(tmpdir(), "gonogo-hold-off-"));
  const file = join(environments, "this-machine.toml");
  await copyFile(fileURLToPath(new URL("../environments/this-machine.toml", import.meta.url)), file);
  await writeFile(file, (await readFile(file, "utf8")) + RULE);
  const gonogo = await Server.start(`hold-off-${scripted() ? "scripted" : "plain"}`, { environments });
  try {
    await writeFile(join(gonogo.data, "app.log"), "all is well\nMISTAKE: no cache\n");
    const devops = await signedIn(browser, contextOptions, gonogo, "devops");
    const qa = await signedIn(browser, contextOptions, gonogo, "qa");
    await run.pasteChecklist(devops, CHECKLIST);
    await run.publish(devops);
    const path = await run.startRun(devops, { checklist: TITLE, environment: "this-machine", release: "v2" });
    await devops.getByRole("button", { name: "Begin execution" }).click();
    await expect(devops.locator(".run-state")).toHaveText("executing");
    await run.attest(devops, "The team was told", "By telephone");
    await devops.goto(path);

    const banner = devops.getByRole("alert").filter({ hasText: "Immediate Rollback starts by itself" });
    await expect(async () => {
      await run.look(devops);
      await expect(banner).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
    await expect(banner).toContainText("No mistakes");
    await expect(banner).toContainText(/in (59|60) min/);
    await test.step("whoever may not roll back sees it and cannot hold it", async () => {
      await qa.goto(path);
      await expect(qa.getByText("DevOps or a product owner may hold it.")).toBeVisible();
      await expect(qa.getByRole("button", { name: "Hold the rollback" })).toHaveCount(0);
    });
    await test.step("the window says what failed first, opens the guide and shows the way back", async () => {
      await devops.goto(path);
      await expect(devops.getByText("This window fails.")).toBeVisible();
      await expect(devops.getByText("the same words (")).toBeVisible();
      await expect(devops.getByText("Read the log of the app").first()).toBeVisible();
      if (scripted()) await expect(devops.locator(".section-body").getByText("Immediate Rollback: ready")).toBeVisible();
      await expectAccessible(devops);
      if (scripted()) await picture(devops, "hold-off");
    });
    await test.step("it is held", async () => {
      if (scripted()) {
        await run.expectLive(devops);
        await devops.keyboard.press("Escape");
      } else {
        await devops.getByLabel("Why it is held").fill("a drill");
        await devops.getByRole("button", { name: "Hold the rollback" }).click();
      }
      await expect(devops.getByText("The automatic rollback was held")).toBeVisible();
      await run.look(qa);
      await expect(qa.getByText("The automatic rollback was held")).toBeVisible();
      if (!scripted()) await expect(qa.getByText("a drill")).toBeVisible();
      await devops.goto(path);
      await expectAccessible(devops);
      if (scripted()) await picture(devops, "hold-off-held");
    });
    await test.step("its next step is checked every hour", async () => {
      await devops.goto(`${path}?tab=next`);
      await expect(devops.getByText("Gonogo checks this every hour: 0 of 0 hours checked")).toBeVisible();
      await devops.getByText("What is asked, and the last answers").click();
      await expectAccessible(devops);
      if (scripted()) await picture(devops, "hourly");
    });
  } finally {
    await gonogo.remove();
    await rm(environments, { recursive: true, force: true });
  }
});

async function signedIn(browser: Browser, options: BrowserContextOptions, gonogo: Server, role: string): Promise<Page> {
  const context = await browser.newContext({ ...options, baseURL: gonogo.address });
  const page = await context.newPage();
  await signInAs(page, gonogo, role);
  return page;
}
