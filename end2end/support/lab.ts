import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, type Page } from "@playwright/test";
import * as run from "./run.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/lab", import.meta.url));
/** What `scripts/lab` answers where this machine cannot run a container engine. */
const CANNOT = 77;

/** Runs a verb of the lab; answers what it prints. */
export async function lab(...verb: string[]): Promise<string> {
  return (await promisify(execFile)(SCRIPT, verb, { maxBuffer: 16 << 20 })).stdout;
}

/** Whether the lab was up before the tests: then it is left so. */
let found = false;

/** Stops the lab, unless it was up before. */
export async function stop(): Promise<void> {
  if (!found) await lab("down");
}

/** Starts the lab, as it is before the deployment; the reason where this machine cannot run it. */
export async function start(): Promise<string | undefined> {
  found = await lab("status").then(() => true, () => false);
  try {
    await lab("up");
    await lab("before");
    return undefined;
  } catch (error) {
    const { code, stderr = "" } = error as { code?: number; stderr?: string };
    if (code === CANNOT) return stderr.trim() || "this machine cannot run the lab";
    throw error;
  }
}

/** The folder of the environment `lab`. */
export async function environments(): Promise<string> {
  return dirname((await lab("env")).trim());
}

/** A folder with the environments `lab` and `lab-few`, which is asked for three answers only when it is measured. */
export async function withFew(): Promise<string> {
  const text = await readFile((await lab("env")).trim(), "utf8");
  const folder = await mkdtemp(join(tmpdir(), "gonogo-few-"));
  const few = text.replace(/^rate = .*$/m, "rate = 1").replace(/^seconds = .*$/m, "seconds = 3").replace(/^warm_up_seconds = .*$/m, "warm_up_seconds = 1");
  await writeFile(join(folder, "lab.toml"), text);
  await writeFile(join(folder, "lab-few.toml"), few);
  return folder;
}

/** What a deployment changes and a rollback takes back, as the lab itself sees it: not as Gonogo does. */
export interface Effects {
  services: Record<string, { image: string; environment: string[] }>;
  env: string;
  commit: string;
  indexes: string[];
  health: number;
}

/** How things are. */
export async function effects(): Promise<Effects> {
  const status = JSON.parse(await lab("status"));
  const containers = Object.entries<{ state: string; image: string; environment: string[] }>(status.containers);
  const running = containers.filter(([, container]) => container.state === "running");
  return {
    services: Object.fromEntries(running.map(([name, { image, environment }]) => [name, { image, environment }])),
    env: status.files[".env"],
    commit: status.git.head,
    indexes: Object.keys(status.database.indexes).sort(),
    health: status.health.code,
  };
}

/** Starts a tier on the open tab of a run's rollback. */
export async function rollBack(page: Page, tier: string): Promise<void> {
  const card = page.getByRole("region", { name: tier, exact: true });
  await card.getByText(`${tier}…`).click();
  await card.getByLabel("Why").fill("Errors at the checkout");
  await card.getByLabel("The environment's name, to confirm").fill("lab");
  await card.getByRole("button", { name: "Roll back lab" }).click();
}

/** Measures the numbers of a form, again where this machine was too busy for figures that count. */
export async function measure(page: Page, path: string, form: string): Promise<void> {
  await expect(async () => {
    await page.goto(`${path}?tab=benchmark`);
    const card = page.getByRole("region", { name: form });
    const attempts = card.locator(".measurement");
    const before = await attempts.count();
    await card.getByText("Measure…").click();
    await card.getByRole("button", { name: "Put this load on it" }).click();
    await expect(attempts).toHaveCount(before + 1);
    const ended = attempts.first().locator(".status").first();
    await expect(ended).toHaveText(/^(counts|invalid|gave nothing)$/, { timeout: 90_000 });
    await expect(ended).toHaveText("counts", { timeout: 1_000 });
  }).toPass({ timeout: 240_000 });
}

/** A file of the service, in the environment's work directory. */
export async function workFile(name: string): Promise<string> {
  const environment = await readFile((await lab("env")).trim(), "utf8");
  const folder = /^work_directory = "(.*)"$/m.exec(environment)?.[1];
  if (!folder) throw new Error("the lab's environment names no work directory");
  return join(folder, name);
}

/**
 * Runs the action of a line as the person of `page`: reads what will run, confirms, and waits for its end. The line must
 * not stand as `expected` before: it would count as ended while the action still runs.
 */
export async function act(page: Page, text: string, expected: string): Promise<void> {
  const status = run.line(page, text).locator(".status").first();
  await expect(status, `${text}, before it runs`).not.toHaveText(expected);
  const panel = await run.openLine(page, text);
  const [offered, refused] = [panel.getByText("Run…"), panel.locator(".action-refused")];
  await expect(offered.or(refused)).toBeVisible();
  if (await refused.isVisible()) throw new Error(`${text}: ${await refused.innerText()}`);
  await offered.click();
  await panel.getByRole("button", { name: "Run in lab" }).click();
  await expect(status, text).toHaveText(expected, { timeout: 120_000 });
}

/** Reads the offered edit of `.env` for a line, accepts it, and waits until nothing is left to change. */
export async function acceptEdit(page: Page, text: string, lines: string[]): Promise<void> {
  const panel = await run.openLine(page, text);
  await expect(panel.getByLabel("Difference")).toHaveText(lines.map((line) => `+${line}`).join("\n"));
  await panel.getByText("Edit…").click();
  await panel.getByRole("button", { name: "Write the file" }).click();
  await expect(panel.getByLabel("Difference")).toHaveCount(0);
}

/** Goes on to a phase although an earlier one is open. */
export async function goAhead(page: Page, phase: string, reason: string): Promise<void> {
  const section = page.getByRole("region", { name: phase });
  await section.getByText("Go ahead…").click();
  await section.getByLabel("Why out of order").fill(reason);
  await section.getByRole("button", { name: "Go ahead" }).click();
  await expect(section.getByText("Waits for")).toHaveCount(0);
}

/** Verifies until nothing in a section is red or without an answer: what was started needs its moment. */
export async function verifyUntilGreen(page: Page, section: string): Promise<void> {
  await verifyUntilNone(page, section, ["running", "no-data", "failed", "error", "warning"]);
}

/** Verifies until everything in a section has an answer: a health check of a new container has none at first. */
export async function verifyUntilAnswered(page: Page, section: string): Promise<void> {
  await verifyUntilNone(page, section, ["running", "no-data"]);
}

async function verifyUntilNone(page: Page, section: string, statuses: string[]): Promise<void> {
  const waiting = statuses.map((status) => `[data-status="${status}"]`).join(", ");
  await expect(async () => {
    await run.verifyEverything(page);
    await expect(page.getByRole("region", { name: section }).locator(waiting)).toHaveCount(0, { timeout: 2_000 });
  }).toPass({ timeout: 120_000 });
}

/** How every line of the open run stands: its place, what it says, and its status, in the order of the page. */
export async function standings(page: Page): Promise<string[]> {
  const rows = page.locator("li.row");
  return rows.evaluateAll((rows) =>
    rows.map((row) => {
      const title = row.querySelector(".row-title")?.textContent?.trim() ?? "";
      const status = row.querySelector(".status")?.textContent?.trim() ?? "";
      return `${status}\t${title}`;
    }),
  );
}
