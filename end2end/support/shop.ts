import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server as Listener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { test as base } from "./gonogo.ts";
import * as run from "./run.ts";
import { Server } from "./server.ts";

export const TITLE = "Make the shop fast";

/** Three phases, numbers before and after, windows that look every few seconds, and next steps. */
export const CHECKLIST = `# ${TITLE}

## Deployment

### Phase 1: Switch (5 minutes)

- [ ] The switch is on
- [ ] The team was told

### Phase 2: Environment (10 minutes)

- [ ] The settings are in place

### Phase 3: Documentation (15 minutes)

- [ ] The handbook is new

**Performance Targets:**
- [ ] API response time: <200ms p95
- [ ] API error rate: <1%

## Performance Benchmarks

### Before Deployment

\`\`\`
API Response Time:
  p50: _____ ms
  p95: _____ ms
  p99: _____ ms
\`\`\`

### After Deployment

\`\`\`
API Response Time:
  p50: _____ ms (improvement: ___%)
  p95: _____ ms (improvement: ___%)
  p99: _____ ms (improvement: ___%)
\`\`\`

## Post-Deployment Verification

### Immediate Checks (within 5 minutes)

- [ ] Still answers: \`curl http://localhost:8000/health\` returns 200
- [ ] Answers elsewhere: \`curl http://localhost:8000/broken\` returns 200

## Success Criteria

- [ ] API latency improved by >60%

## Next Steps

1. **Day 1-7**: Monitor performance metrics daily
2. **Week 2**: Analyze cache hit patterns
3. **Monthly**: Review the targets

## Sign-off

| Role | Name | Date | Signature |
|------|------|------|-----------|
| DevOps | | | |
| QA | | | |
| Product Owner | | | |
`;

/** A service of the loopback that may be measured. */
export class Shop {
  /** How long it takes to answer, in milliseconds. */
  delay = 80;
  readonly #listener: Listener;
  readonly #folder: string;

  private constructor(listener: Listener, folder: string) {
    this.#listener = listener;
    this.#folder = folder;
  }

  /** Serves, with an environment `shop` that lists it and tells a webhook that nobody listens to, and `patient`, whose load takes
   *  longer than anybody looks. */
  static async open(): Promise<Shop> {
    const folder = await mkdtemp(join(tmpdir(), "gonogo-shop-"));
    const listener = createServer();
    const shop = new Shop(listener, folder);
    listener.on("request", (request, response) => {
      const status = request.url === "/broken" ? 503 : 200;
      setTimeout(() => response.writeHead(status).end("as asked"), shop.delay);
    });
    await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
    const { port } = listener.address() as AddressInfo;
    for (const name of ["environments", "work"]) await mkdir(join(folder, name));
    await writeFile(join(folder, "hook"), "http://127.0.0.1:1/hook");
    await writeFile(join(folder, "environments", "shop.toml"), environment(folder, port, 2));
    await writeFile(join(folder, "environments", "patient.toml"), environment(folder, port, 300));
    return shop;
  }

  /** The folder of its environment. */
  get environments(): string {
    return join(this.#folder, "environments");
  }

  /** Stops, and removes what it wrote. */
  async close(): Promise<void> {
    this.#listener.closeAllConnections();
    await new Promise((done) => this.#listener.close(done));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function environment(folder: string, port: number, seconds: number): string {
  return `title = "A service of the tests"
class = "development"
work_directory = "${folder}/work"

[[endpoints]]
name = "backend"
url = "http://127.0.0.1:${port}"
replaces = ["localhost:8000"]

[load]
rate = 1
seconds = ${seconds}
warm_up_seconds = 0
endpoints = [{ endpoint = "backend", path = "/health" }]

[[webhooks]]
name = "ops"
form = "slack"
url = "$OPS_URL"

[secrets]
OPS_URL = "file:${folder}/hook"
`;
}

/** `test` with a server whose environment is a shop of its own. */
export const test = base.extend<object, { shop: Shop; gonogo: Server }>({
  shop: [
    async ({}, use) => {
      const shop = await Shop.open();
      await use(shop);
      await shop.close();
    },
    { scope: "worker" },
  ],
  gonogo: [
    async ({ shop }, use, worker) => {
      const server = await Server.start(`shop-${worker.project.name}-${worker.workerIndex}`, { environments: shop.environments });
      await use(server);
      await server.remove();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

/** Starts a run of the shop's checklist, which is imported and published where it is not yet. */
export async function startRun(page: Page, release: string, environment = "shop"): Promise<string> {
  await run.pasteChecklist(page, CHECKLIST);
  if ((await page.getByRole("button", { name: /publish the plan/i }).count()) > 0) await run.publish(page);
  return run.startRun(page, { checklist: TITLE, environment, release });
}

/** Begins a measurement on the open tab of a run's numbers. */
export async function press(page: Page, form: string): Promise<void> {
  const card = page.getByRole("region", { name: form });
  await card.getByText("Measure…").click();
  await card.getByRole("button", { name: "Put this load on it" }).click();
}

/** Measures until the machine was quiet enough for figures that count. */
export async function measure(page: Page, path: string, form: string): Promise<void> {
  await expect(async () => {
    await page.goto(`${path}?tab=benchmark`);
    const attempts = page.getByRole("region", { name: form }).locator(".measurement");
    const before = await attempts.count();
    await press(page, form);
    await expect(async () => {
      await run.look(page);
      await expect(attempts).toHaveCount(before + 1, { timeout: 2_000 });
      await expect(attempts.first().locator(".status").first()).toHaveText(/^(counts|invalid|gave nothing)$/, { timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
    await expect(attempts.first().locator(".status").first()).toHaveText("counts", { timeout: 1_000 });
  }).toPass({ timeout: 240_000 });
}
