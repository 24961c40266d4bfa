import { expect, picture } from "./support/gonogo.ts";
import * as lab from "./support/lab.ts";
import { test } from "./support/on_lab.ts";
import * as run from "./support/run.ts";

const TITLE = "Performance Optimization Deployment Checklist";

test("the lab is measured before and after, and its lines come out by what was measured", async ({ cannot, person }) => {
  test.skip(cannot !== undefined, cannot);
  test.setTimeout(1_200_000);
  await lab.lab("before");
  const devops = await person("devops");
  const path = await run.startRun(devops, { checklist: TITLE, environment: "lab", release: "v2" });
  await lab.measure(devops, path, "Before Deployment");
  await devops.goto(path);
  await devops.getByRole("button", { name: "Begin execution" }).click();
  await expect(devops.locator(".run-state")).toHaveText("executing");
  await lab.lab("deployed");
  await lab.measure(devops, path, "After Deployment");

  const row = (text: string) => devops.locator("#demands").getByRole("row").filter({ hasText: text });
  await test.step("what is met, what is too early, and how sure it is", async () => {
    for (const line of ["API response time: <200ms p95", "N+1 queries: 0 detected"]) {
      await expect(row(line)).toContainText("met");
      await expect(row(line)).not.toContainText("not met");
    }
    await expect(row("API latency reduced >60%")).toContainText("too early");
    const ladder = devops.getByRole("region", { name: "Latencies before and after" });
    await expect(ladder.getByRole("row").filter({ hasText: "p95" })).toContainText("(95 %:");
    await picture(devops, "lab-benchmark");
    console.log((await ladder.innerText()).replaceAll("\n", " · "));
    console.log((await devops.locator("#demands").innerText()).replaceAll("\n", " · "));
  });
});
