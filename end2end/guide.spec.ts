import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, expectAccessible, picture, scripted, test } from "./support/gonogo.ts";
import * as run from "./support/run.ts";

const LINE = "The log is clean";

/** One guide with a step that is published and one that is not; each project has a log of its own. */
const checklist = (title: string, log: string) => `# ${title}

## Deployment

### Phase 1: Look (5 minutes)

- [ ] ${LINE}: \`grep MISTAKE ${log}\` is empty
- [ ] Make the folder: \`mkdir -p guides-folder\`

## Troubleshooting

### Issue: The cache is cold

**Symptoms:**
- The log shows "no cache"
- Cache hit rate <60%

**Solutions:**
1. Make its folder: \`mkdir -p guides-folder\`
2. Look at what it holds: \`ls -la guides-folder\`

## Sign-off

| Role | Name | Date | Signature |
|------|------|------|-----------|
| DevOps | | | |
| QA | | | |
`;

test("the guide whose symptoms were seen stands beside the line, and what came of it is kept", async ({ person, gonogo }) => {
  const kind = scripted() ? "scripted" : "plain";
  const [title, log] = [`The shop with a ${kind} guide`, `guides-${kind}.log`];
  const devops = await person("devops");
  await writeFile(join(gonogo.data, log), "MISTAKE: no cache\n");
  try {
    await run.pasteChecklist(devops, checklist(title, log));
    await run.publish(devops);
    const path = await run.startRun(devops, { checklist: title, environment: "this-machine", release: "v3" });
    await run.verifyEverything(devops);
    const panel = await run.openLine(devops, LINE);

    await test.step("what matches now is said in truth, and what does not too", async () => {
      await expect(panel.getByText("The cache is cold")).toBeVisible();
      const symptoms = panel.getByRole("list", { name: "Symptoms" }).getByRole("listitem");
      await expect(symptoms.nth(0)).toContainText("matches now");
      await expect(symptoms.nth(0)).toContainText("MISTAKE: no cache");
      await expect(symptoms.nth(1)).toContainText("does not match");
      await expect(panel.getByText("nobody published this command")).toHaveCount(1);
      await expectAccessible(devops);
      if (scripted()) await picture(devops, "guide");
    });
    await test.step("a command is copied where scripts run", async () => {
      const copy = panel.getByRole("button", { name: "Copy" });
      if (scripted()) {
        await devops.context().grantPermissions(["clipboard-read", "clipboard-write"]);
        await copy.nth(1).click();
        await expect(panel.getByRole("button", { name: "Copied" })).toBeVisible();
        expect(await devops.evaluate(() => navigator.clipboard.readText())).toBe("ls -la guides-folder");
      } else {
        await expect(copy).toHaveCount(0);
      }
    });
    await test.step("all guides say which line they are about now", async () => {
      await devops.goto(`${path}?tab=guides`);
      await expect(devops.getByText("Matches now")).toBeVisible();
      await expectAccessible(devops);
      await devops.locator("#guide-1").getByRole("link", { name: LINE }).click();
      await expect(panel.getByRole("heading", { level: 3 })).toContainText(LINE);
    });
    await test.step("it did not help, and the line is handed on", async () => {
      await panel.getByLabel("What happened").fill("the folder was there");
      await panel.getByRole("button", { name: "It did not help" }).click();
      await expect(panel.getByText("No guide helped.")).toBeVisible();
      await expect(panel.getByLabel("What to send to whoever can help")).toContainText("the folder was there");
      await panel.getByRole("button", { name: "Escalate" }).click();
      await expect(panel.getByText("Handed on by")).toBeVisible();
      await expectAccessible(devops);
    });
    await test.step("once it is mended, a new guide can be written from it", async () => {
      await writeFile(join(gonogo.data, log), "all is well\n");
      await panel.getByRole("button", { name: "Verify this line again" }).click();
      await expect(async () => {
        await run.look(devops);
        await expect(panel.getByText("Write a guide from this…")).toBeVisible({ timeout: 2_000 });
      }).toPass();
      await run.expectLine(devops, LINE, "Proved");
      await panel.getByText("Write a guide from this…").click();
      await expect(panel.getByLabel("A new guide")).toContainText(`### Issue: ${LINE}`);
    });
    await devops.goto(path);
    await run.abandon(devops);
  } finally {
    await rm(join(gonogo.data, log), { force: true });
  }
});
