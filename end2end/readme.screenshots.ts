import { fileURLToPath } from "node:url";
import { expect, test } from "./support/gonogo.ts";
import * as run from "./support/run.ts";

const DOCS = fileURLToPath(new URL("../docs", import.meta.url));

test("a run on a machine that is not ready for it, with the first line that fails open", async ({ person }) => {
  const devops = await person("devops");
  const path = await run.startRun(devops, { checklist: "Gonogo Go-Live Checklist", environment: "this-machine", release: "v1.4.2" });
  await run.verifyEverything(devops);
  await devops.locator('li.row:has([data-status="failed"]) a.row-title').first().click();
  await expect(devops.getByRole("complementary", { name: "The open line" }).locator(".attempts-note")).toBeVisible();
  await devops.setViewportSize({ width: 1280, height: 745 });
  for (const colorScheme of ["light", "dark"] as const) {
    await devops.emulateMedia({ colorScheme });
    await devops.evaluate(() => document.fonts.ready.then(() => scrollTo(0, 0)));
    await devops.screenshot({ path: `${DOCS}/run-${colorScheme}.png`, animations: "disabled" });
  }
  expect(devops.url()).toContain(path);
});
