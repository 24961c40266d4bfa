import { expect, test } from "./support/gonogo.ts";
import * as run from "./support/run.ts";

test("after a restart of the server a run is where it was", async ({ person, gonogo }) => {
  const devops = await person("devops");
  const path = await run.startRun(devops, { checklist: "Gonogo Go-Live Checklist", environment: "this-machine", release: "v2.0.0" });
  await devops.getByRole("button", { name: "Begin execution" }).click();
  await run.verifyEverything(devops);
  await run.attest(devops, "People know whom to call", "The list hangs at the door");
  const shown = async () => ({
    lines: await devops.locator("li.row .status").allInnerTexts(),
    reasons: await devops.locator("li.row .row-why").allInnerTexts(),
    tally: await devops.locator("main > .tally li").allInnerTexts(),
    answer: await devops.locator(".verdict").innerText(),
  });
  await devops.goto(path);
  const before = await shown();
  expect(before.lines).toContain("Proved");
  await devops.goto(`${path}?tab=log`);
  const log = await devops.locator("ol.log li").allInnerTexts();

  await gonogo.restart();

  await devops.goto(`${gonogo.address}${path}`);
  expect(await shown()).toEqual(before);
  await expect(devops.locator(".run-state")).toHaveText("executing");
  await devops.goto(`${gonogo.address}${path}?tab=log`);
  expect(await devops.locator("ol.log li").allInnerTexts()).toEqual(log);
  await devops.goto(`${gonogo.address}${path}`);
  await run.expectLive(devops);
  await run.attest(devops, "The team has seen one run", "It goes on");
  await run.abandon(devops);
});

test("a page that is open during a restart hears the server again", { tag: "@needs-javascript" }, async ({ person, gonogo }) => {
  const devops = await person("devops");
  const qa = await person("qa");
  const path = await run.startRun(devops, { checklist: "Gonogo Go-Live Checklist", environment: "this-machine", release: "v2.0.1" });
  await qa.goto(path);
  await run.expectLive(qa);
  await gonogo.restart({ samePort: true });
  await devops.reload();
  await run.attest(devops, "People know whom to call", "The list hangs at the door");
  await run.expectLine(qa, "People know whom to call", "Attested", "The list hangs at the door");
  await run.abandon(devops);
});
