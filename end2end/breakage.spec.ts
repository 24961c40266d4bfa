import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test as base } from "./support/gonogo.ts";
import * as run from "./support/run.ts";
import { Server } from "./support/server.ts";

const GO_LIVE = "Gonogo Go-Live Checklist";
const AS_ROOT = process.getuid?.() === 0;

/** What the test breaks: an endpoint that it stops, a disk that it fills. */
interface Ground {
  environments: string;
  disk: string;
  endpoint: Endpoint;
}

const test = base.extend<object, { ground: Ground }>({
  ground: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), "gonogo-ground-"));
      const disk = join(folder, "disk");
      const environments = join(folder, "environments");
      await Promise.all([mkdir(disk), mkdir(environments)]);
      const endpoint = await Endpoint.listen(0);
      await writeFile(join(environments, "ground.toml"), environment(folder, disk, endpoint.port));
      await use({ environments, disk, endpoint });
      await endpoint.stop();
      await rm(folder, { recursive: true });
    },
    { scope: "worker" },
  ],
  gonogo: [
    async ({ ground }, use, worker) => {
      const server = await Server.start(`ground-${worker.project.name}-${worker.workerIndex}`, { environments: ground.environments });
      await use(server);
      await server.remove();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

test("a secret that others may read fails exactly its item, and the run is a no-go until it is mended", async ({ person, gonogo }) => {
  const devops = await person("devops");
  const item = "The passwords of the first start lie in credentials";
  await run.startRun(devops, { checklist: GO_LIVE, environment: "ground", release: "v1" });
  const credentials = join(gonogo.data, "credentials");
  await run.verifyEverything(devops);
  await run.expectLine(devops, item, "Proved");
  const before = await standings(devops);
  try {
    await chmod(credentials, 0o644);
    await run.verifyEverything(devops);
    await run.expectLine(devops, item, "Failed", "mode 0644");
    await run.expectAnswer(devops, "NO-GO");
    expect(changed(before, await standings(devops))).toEqual([expect.stringContaining(item)]);
  } finally {
    await chmod(credentials, 0o600);
  }
  await run.verifyLine(devops, item, "3 tries");
  await run.expectLine(devops, item, "Proved");
  expect(await standings(devops)).toEqual(before);
  await run.abandon(devops);
});

test("a stopped endpoint is an error of exactly its item, in words", async ({ person, ground }) => {
  const devops = await person("devops");
  await runOfGround(devops, ground, "Endpoint");
  await run.verifyEverything(devops);
  await run.expectLine(devops, "The shop answers", "Proved");
  await run.expectLine(devops, "At least 100 KB of disk free", "Proved");
  await ground.endpoint.stop();
  await run.verifyEverything(devops);
  await run.expectLine(devops, "The shop answers", "Error", `127.0.0.1:${ground.endpoint.port}`);
  await run.expectLine(devops, "The shop answers", "Error", /refused|nothing listens|does not answer/i);
  await run.expectLine(devops, "At least 100 KB of disk free", "Proved");
  await run.expectAnswer(devops, "NO-GO", "The shop answers");
  await ground.endpoint.start();
  await run.verifyLine(devops, "The shop answers", "3 tries");
  await run.expectLine(devops, "The shop answers", "Proved");
  await run.abandon(devops);
});

test("an endpoint that answers 500 fails its item with what was found", async ({ person, ground }) => {
  const devops = await person("devops");
  await runOfGround(devops, ground, "Answer");
  ground.endpoint.status = 500;
  try {
    await run.verifyEverything(devops);
    await run.expectLine(devops, "The shop answers", "Failed", "500");
  } finally {
    ground.endpoint.status = 200;
  }
  await run.verifyEverything(devops);
  await run.expectLine(devops, "The shop answers", "Proved");
  await run.abandon(devops);
});

test("a full disk fails exactly its item with what is free, and passes when there is room again", async ({ person, ground }) => {
  test.skip(!AS_ROOT && process.env.CI !== "true", "only root mounts a disk of its own");
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m,mode=0755", "tmpfs", ground.disk]);
  try {
    const devops = await person("devops");
    await runOfGround(devops, ground, "Disk");
    const ballast = join(ground.disk, "ballast");
    await writeFile(ballast, Buffer.alloc(7 * 1024 * 1024));
    await run.verifyEverything(devops);
    await run.expectLine(devops, "At least 4 MB of disk free", "Failed", /1(\.0)? MB free/);
    await run.expectLine(devops, "At least 4 MB of disk free", "Failed", "needs 4 MB");
    await run.expectLine(devops, "The shop answers", "Proved");
    await run.expectAnswer(devops, "NO-GO", "At least 4 MB of disk free");
    await rm(ballast);
    await run.verifyLine(devops, "At least 4 MB of disk free", "2 tries");
    await run.expectLine(devops, "At least 4 MB of disk free", "Proved");
    await run.abandon(devops);
  } finally {
    execFileSync("umount", [ground.disk]);
  }
});

/** Imports, publishes and starts a checklist of this ground. */
async function runOfGround(devops: Page, ground: Ground, title: string): Promise<string> {
  const room = title === "Disk" ? "4 MB" : "100 KB";
  const lines = [
    `# ${title}`,
    "## Phase 1: Ground (5 minutes)",
    `- [ ] The shop answers: \`curl http://shop:9000/health\` returns 200\n- [ ] At least ${room} of disk free in \`${ground.disk}\``,
    "## Sign-off",
    "| Role | Name | Date | Signature |\n|---|---|---|---|\n| Developer | | | |\n| QA | | | |",
  ];
  await run.pasteChecklist(devops, `${lines.join("\n\n")}\n`);
  await run.publish(devops);
  return run.startRun(devops, { checklist: title, environment: "ground", release: "v1" });
}

/** Each line of the run with how it stands, but the one that asks how fast this busy machine is. */
async function standings(page: Page): Promise<string[]> {
  const rows = await page.locator("li.row").filter({ hasNotText: "within 200 ms" }).all();
  return Promise.all(rows.map(async (row) => `${await row.locator(".row-title").innerText()}: ${await row.locator(".status").first().innerText()}`));
}

/** The lines of `after` that stand otherwise than in `before`. */
function changed(before: string[], after: string[]): string[] {
  return after.filter((line, index) => line !== before[index]);
}

/** An environment with the panel itself, a shop and a disk. */
function environment(folder: string, disk: string, port: number): string {
  return `title = "Ground that breaks"
class = "staging"
work_directory = "$GONOGO_DATA_DIR"
paths = [${JSON.stringify(folder)}, ${JSON.stringify(disk)}]

[[endpoints]]
name = "gonogo"
url = "$GONOGO_URL"
replaces = ["localhost:8080"]

[[endpoints]]
name = "database"
url = "$GONOGO_DATABASE_URL"

[[endpoints]]
name = "shop"
url = "http://127.0.0.1:${port}"
replaces = ["shop:9000"]
`;
}

/** A shop that answers, or is gone. */
class Endpoint {
  /** What it answers. */
  status = 200;
  readonly port: number;
  #server: HttpServer;

  private constructor(server: HttpServer) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.#answer();
  }

  /** A shop on a port; 0 takes a free one. */
  static async listen(port: number): Promise<Endpoint> {
    return new Endpoint(await listening(port));
  }

  /** On the same port as before. */
  async start(): Promise<void> {
    this.#server = await listening(this.port);
    this.#answer();
  }

  /** Nobody listens there any more. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((done) => this.#server.once("close", done));
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(): void {
    this.#server.on("request", (_, response) => {
      response.writeHead(this.status, { "content-type": "text/plain" }).end("a shop\n");
    });
  }
}

function listening(port: number): Promise<HttpServer> {
  const server = createServer();
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => done(server));
  });
}
