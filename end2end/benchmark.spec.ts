import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server as Http } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expect, expectAccessible, picture, scripted, test as base } from "./support/gonogo.ts";
import * as run from "./support/run.ts";
import { Server } from "./support/server.ts";

const TITLE = "The shop by its numbers";
const CHECKLIST = `# ${TITLE}

## Deployment

### Phase 1: Switch (5 minutes)

- [ ] The switch is on

**Performance Targets:**
- [ ] API response time: <200ms p95

## Performance Benchmarks

### Before Deployment

\`\`\`
API Response Time:
  p50: _____ ms
  p95: _____ ms
Database Queries:
  N+1 detected: Yes / No
\`\`\`

### After Deployment

\`\`\`
API Response Time:
  p50: _____ ms (improvement: ___%)
  p95: _____ ms (improvement: ___%)
\`\`\`

## Success Criteria

- [ ] API latency improved by >60%

## Sign-off

| Role | Name | Date | Signature |
|------|------|------|-----------|
| DevOps | | | |
| QA | | | |
`;

/** A Prometheus whose service answers all requests between two bounds, in seconds; a test moves them. */
interface Prometheus {
  between: [number, number];
}

const test = base.extend<object, { prometheus: Prometheus & { http: Http }; gonogo: Server }>({
  prometheus: [
    async ({}, use) => {
      const state: Prometheus = { between: [0.25, 0.5] };
      const http = createServer((request, response) => {
        const query = new URL(request.url ?? "/", "http://prometheus").searchParams.get("query") ?? "";
        const [low, high] = state.between;
        const value = (metric: object, value: number) => ({ metric, value: [0, String(value)] });
        const result = query.startsWith("sum by (le)")
          ? [value({ le: String(low) }, 1), value({ le: String(high) }, 2000), value({ le: "+Inf" }, 2000)]
          : [value({}, (low + high) / 2)];
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
      });
      await new Promise<void>((listens) => http.listen(0, "127.0.0.1", listens));
      await use(Object.assign(state, { http }));
      http.closeAllConnections();
      http.close();
    },
    { scope: "worker" },
  ],
  gonogo: [
    async ({ prometheus }, use, worker) => {
      const folder = await mkdtemp(join(tmpdir(), "gonogo-benchmark-"));
      const environments = join(folder, "environments");
      await mkdir(environments);
      const { port } = prometheus.http.address() as AddressInfo;
      await writeFile(
        join(environments, "shop.toml"),
        `class = "staging"\nwork_directory = "${folder}"\n\n[[endpoints]]\nname = "prometheus"\nurl = "http://127.0.0.1:${port}"\n\n` +
          `[latency]\nhistogram = "http_request_duration_seconds"\nwindow_minutes = 1\n`,
      );
      const server = await Server.start(`benchmark-${worker.project.name}-${worker.workerIndex}`, { environments });
      await use(server);
      await server.remove();
      await rm(folder, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

test.setTimeout(180_000);

test("numbers are typed with a source, options are chosen, and what follows is computed", async ({ person }) => {
  const devops = await person("devops");
  const path = await startRun(devops);
  const numbers = `${path}?tab=benchmark`;
  const before = () => form(devops, "Before Deployment");

  await test.step("a value in another unit is a question, and one without a source is not taken", async () => {
    await devops.goto(numbers);
    await type(before(), "p95 (ms)", "0.2 s", "the dashboard");
    await expect(devops.getByText("is 200 ms meant?")).toBeVisible();
    await devops.goto(numbers);
    await type(before(), "p95 (ms)", "200", "");
    await expect(devops.getByText("say where this value comes from").first()).toBeVisible();
  });

  await test.step("with a source it stands, with a comma as with a point", async () => {
    await devops.goto(numbers);
    await type(before(), "p95 (ms)", "400", "the dashboard");
    await expect(before()).toContainText("from “the dashboard”: attested");
    await type(before(), "p50 (ms)", "450,5", "the dashboard");
    await expect(before()).toContainText("450.5 by");
    await expect(before()).toContainText("a lower percentile is never above a higher one");
    await type(before(), "p50 (ms)", "100", "the dashboard");
    await expect(before()).not.toContainText("a lower percentile is never above a higher one");
  });

  await test.step("one of the document's options is chosen", async () => {
    await value(before(), "N+1 detected").selectOption("Yes");
    await before().getByRole("button", { name: "Save N+1 detected" }).click();
    await expect(before()).toContainText("Yes by");
    await expect(before()).toContainText("3 of 3 filled in");
  });

  await test.step("typed numbers show no improvement: beginning needs a reason", async () => {
    await devops.goto(path);
    await expect(devops.getByText("No baseline")).toBeVisible();
    await run.beginWithoutBaseline(devops, "There is no traffic to measure");
    await expect(devops.locator(".run-state")).toHaveText("executing");
  });

  await test.step("what follows is computed, and nobody types it", async () => {
    await devops.goto(numbers);
    const after = form(devops, "After Deployment");
    await type(after, "p50 (ms)", "40", "the dashboard");
    await expect(after).toContainText("60.0 % better");
    await type(after, "p95 (ms)", "500", "the dashboard");
    await expect(after).toContainText("a regression: 25.0 % worse");
    await expect(before().getByRole("button")).toHaveCount(0);
    await expectAccessible(devops);
    if (scripted()) await picture(devops, "benchmark-typed");
  });

  await test.step("all of it stands in the exported document", async () => {
    await devops.goto(path);
    const downloads = devops.waitForEvent("download");
    await devops.getByRole("link", { name: "Filled checklist (Markdown)" }).click();
    const text = await readFile(await (await downloads).path(), "utf8");
    expect(text).toContain("  p95: 400 ms\n");
    expect(text).toContain("  N+1 detected: **Yes** / No\n");
    expect(text).toContain("  p50: 40 ms (improvement: 60%)\n  p95: 500 ms (improvement: -25%)\n");
  });
  await devops.goto(path);
  await run.abandon(devops);
});

test("without a baseline the page warns, and going on without is recorded", async ({ person }) => {
  const devops = await person("devops");
  const path = await startRun(devops);
  await test.step("it says what is missing, that it locks, and where to measure", async () => {
    const warning = devops.locator(".banner").filter({ hasText: "No baseline" });
    await expect(warning).toContainText("3 of 3 fields are empty: API Response Time p50, API Response Time p95");
    await expect(warning).toContainText("“Before” locks when the execution begins");
    await expect(devops.getByRole("button", { name: "Begin execution" })).toHaveCount(0);
    await expectAccessible(devops);
    if (scripted()) await picture(devops, "benchmark-no-baseline");
    await warning.getByRole("link", { name: "Measure" }).click();
    await expect(form(devops, "Before Deployment")).toBeVisible();
  });
  await test.step("a reason, which stands on the page and in the log", async () => {
    await devops.goto(path);
    await run.beginWithoutBaseline(devops, "There is no traffic yet");
    await expect(devops.locator(".run-state")).toHaveText("executing");
    await expect(devops.locator(".banner").filter({ hasText: "No baseline" })).toContainText("went on without: “There is no traffic yet”.");
    await devops.goto(`${path}?tab=log`);
    await expect(devops.getByText("goes on without numbers from before: “There is no traffic yet”")).toBeVisible();
  });
  await devops.goto(path);
  await run.abandon(devops);
});

test("percentiles are read from Prometheus, every attempt is kept, and which one counts is chosen", async ({ person, prometheus }) => {
  const devops = await person("devops");
  const path = await startRun(devops);
  const before = () => form(devops, "Before Deployment");
  const attempt = (number: number) => before().locator(".measurement").filter({ hasText: `Measurement ${number} ` });

  await test.step("the latest counts, with the bounds of its bucket beside it", async () => {
    await read(devops, path, prometheus, [0.25, 0.5], 1);
    await expect(attempt(1)).toContainText("p95 is about 375 ms: its bucket says above 250 ms and at most 500 ms");
    await read(devops, path, prometheus, [0.5, 1], 2);
    await expect(attempt(1)).toContainText("kept");
    await expect(value(before(), "p95 (ms)")).toHaveValue("750");
  });

  await test.step("another is chosen for a reason", async () => {
    await attempt(1).getByText("Let it count…").click();
    await attempt(1).getByLabel("Why this one").fill("The second one was in a backup");
    await attempt(1).getByRole("button", { name: "Let it count" }).click();
    await expect(attempt(1)).toContainText("counts");
    await expect(attempt(2)).toContainText("kept");
    await expect(value(before(), "p95 (ms)")).toHaveValue("375");
    await expectAccessible(devops);
    if (scripted()) await picture(devops, "benchmark-attempts");
  });

  await test.step("what Prometheus does not tell is missing still, and the execution begins without it for a reason", async () => {
    await devops.goto(path);
    await expect(devops.locator(".banner").filter({ hasText: "Baseline incomplete" })).toContainText("counts for Database Queries N+1 detected");
    await run.beginWithoutBaseline(devops, "Nothing counts its statements");
    await expect(devops.locator(".run-state")).toHaveText("executing");
  });

  await test.step("each demand says where its evidence is, and what is missing", async () => {
    await devops.goto(`${path}?tab=benchmark`);
    const demands = devops.locator("#demands");
    await expect(demands).toContainText("2 have no data: measure after");
    const row = demands.getByRole("row").filter({ hasText: "API latency improved by >60%" });
    await row.getByRole("link", { name: /^line \d+$/ }).first().click();
    await expect(devops.getByRole("complementary", { name: "The open line" })).toContainText("API response time");
  });
  await devops.goto(path);
  await run.abandon(devops);
});

async function startRun(page: Page): Promise<string> {
  await run.pasteChecklist(page, CHECKLIST);
  if ((await page.getByRole("button", { name: /publish the plan/i }).count()) > 0) await run.publish(page);
  return run.startRun(page, { checklist: TITLE, environment: "shop", release: "v2" });
}

function form(page: Page, title: string): Locator {
  return page.getByRole("region", { name: title });
}

/** The field of this name; its button is called "Save" and the name. */
function value(within: Locator | Page, name: string): Locator {
  return within.getByLabel(new RegExp(`^${name.replace(/[()+]/g, "\\$&")}`));
}

/** Types a value and where it was read into a field of a form, and waits until it was taken or refused. */
async function type(form: Locator, name: string, text: string, source: string): Promise<void> {
  const field = form.locator("li").filter({ has: value(form.page(), name) });
  await value(field, name).fill(text);
  await field.getByLabel("Where it was read").fill(source);
  const answered = form.page().waitForResponse((response) => response.url().includes("/api/run/fill_blank"));
  await field.getByRole("button", { name: `Save ${name}` }).click();
  await answered;
}

/** Reads the percentiles of a Prometheus that has such a bucket, and waits until they count. */
async function read(page: Page, path: string, prometheus: Prometheus, between: [number, number], number: number): Promise<void> {
  prometheus.between = between;
  await page.goto(`${path}?tab=benchmark`);
  const card = form(page, "Before Deployment");
  await card.getByText("Read from Prometheus…").click();
  await card.getByRole("button", { name: "Read these percentiles" }).click();
  const attempt = card.locator(".measurement").filter({ hasText: `Measurement ${number} ` });
  await expect(async () => {
    await run.look(page);
    await expect(attempt).toContainText("counts", { timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
}
