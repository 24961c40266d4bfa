import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { expect, test } from "./support/gonogo.ts";
import { pasteChecklist, publish } from "./support/run.ts";

const SHIPPED = fileURLToPath(new URL("../checklists/performance-optimization.md", import.meta.url));
/** The document that the product was asked for, where it stands beside the project. */
const REFERENCE = fileURLToPath(new URL("../../shared/checklists/performance-optimization.md", import.meta.url));

test("the reference checklist gives 96 items by file upload, and publishing it executes nothing", async ({ person, gonogo }) => {
  const devops = await person("devops");
  const files = await readdir(gonogo.data);
  const runs = await runsOf(devops);
  // A line more than the shipped one, so that it is a revision of its own.
  const document = `${await readFile(SHIPPED, "utf8")}\nImported by a test.\n`;
  await upload(devops, "DEPLOYMENT_CHECKLIST.md", Buffer.from(document));
  await expect(devops.getByText("DEPLOYMENT_CHECKLIST.md")).toBeVisible();
  await expectCounts(devops);
  await expect(devops.getByRole("link", { name: "Start a run" })).toHaveCount(0);

  const address = devops.url();
  const developer = await person("developer");
  await developer.goto(address);
  await expectCounts(developer);
  await expect(developer.getByText("Not published yet")).toBeVisible();
  await expect(developer.getByRole("button", { name: /publish/i })).toHaveCount(0);

  await publish(devops);
  await expect(devops.getByRole("link", { name: "Start a run" })).toBeVisible();
  expect(await runsOf(devops), "no run began").toEqual(runs);
  expect(await readdir(gonogo.data), "nothing was made where commands run").toEqual(files);
});

test("the page says of each line what it became and why, and shows each command before it can run", async ({ person }) => {
  const devops = await person("devops");
  await upload(devops, "mine.md", Buffer.from(`${await readFile(SHIPPED, "utf8")}\nRead by a test.\n`));
  const maxmemory = devops.getByRole("listitem").filter({ hasText: "CONFIG GET maxmemory" }).filter({ hasText: "512mb" });
  await expect(maxmemory.first()).toContainText("512 MB");
  const commands = devops.getByRole("region", { name: "Publish the plan" });
  await expect(commands.getByRole("listitem").filter({ hasText: "pg_dump" }).first()).toContainText("changes");
});

test("the document stands beside its plan, line by line, and its bytes come back as they were", async ({ person }) => {
  const devops = await person("devops");
  const bytes = Buffer.from("\ufeff# Bytes\r\n\r\n## Phase 1: Ship (5 minutes)\r\n\r\n- [ ] Shipped: `./ship.sh`\r\n- [x] Told: `docker-compose exec web env` \u202egninrom\r\n");
  await upload(devops, "bytes.md", bytes);
  const line = devops.locator("#L6");
  await expect(line.locator(".listing-text")).toContainText("- [x] Told");
  await expect(line.locator(".listing-text")).toContainText("U+202E");
  await expect(line).toContainText("claimed there");
  await expect(line).toContainText("GNG011");
  await devops.getByRole("link", { name: "What is run" }).click();
  await expect(devops.locator(".listing-line")).toHaveCount(1);
  await expect(devops.locator(".listing-line")).toContainText("./ship.sh");
  const [back] = await Promise.all([devops.waitForEvent("download"), devops.getByRole("link", { name: "the document", exact: true }).first().click()]);
  expect(await readFile(await back.path())).toEqual(bytes);
});

test("a pasted checklist is imported, and a line that only a person can settle says so", async ({ person }) => {
  const devops = await person("devops");
  await pasteChecklist(devops, "# Small\n\n## Phase 1: Announce (5 minutes)\n\n- [ ] The team knows\n- [ ] At least 1 GB of disk free\n");
  await expect(devops.getByRole("heading", { level: 1, name: "Small" })).toBeVisible();
  expect(await counts(devops)).toMatchObject({ items: 2, "native probes": 1, attestations: 1, actions: 0 });
  await expect(devops.getByRole("listitem").filter({ hasText: "The team knows" })).toContainText("somebody's word");
});

test("an empty import is refused with words that say what to do", async ({ person }) => {
  const devops = await person("devops");
  await devops.goto("/checklists");
  await devops.getByRole("button", { name: "Import", exact: true }).click();
  await expect(devops.getByRole("alert")).toContainText("Choose a Markdown file, or paste its text");
});

// Taken too where it is; where it is not, there is nothing to test and nothing was skipped.
if (existsSync(REFERENCE)) test("the document that the product was asked for is imported as it is", async ({ person }) => {
  const devops = await person("devops");
  await upload(devops, "performance-optimization.md", await readFile(REFERENCE));
  await expectCounts(devops);
});

async function upload(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.goto("/checklists");
  await page.getByLabel("Markdown file").setInputFiles({ name, mimeType: "text/markdown", buffer });
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page).toHaveURL(/\/checklists\/\d+$/);
}

async function expectCounts(page: Page): Promise<void> {
  const found = await counts(page);
  expect(found).toMatchObject({ items: 96, parents: 3 });
  const { items, "native probes": native = 0, "shell probes": shell = 0, actions = 0, attestations = 0, parents = 0 } = found;
  expect(native + shell + actions + attestations + parents, "every item became something").toBe(items);
  expect(native, "most of them are read natively").toBeGreaterThan(30);
}

/** What the history lists. */
async function runsOf(page: Page): Promise<string[]> {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1, name: "Runs" })).toBeVisible();
  return page.getByRole("row").locator("th[scope=row] .table-main").allInnerTexts();
}

/** The row of counts at the top of a checklist's page. */
async function counts(page: Page): Promise<Record<string, number>> {
  const list = page.locator("dl.counts");
  await expect(list).toBeVisible();
  const [words, numbers] = [await list.locator("dt").allInnerTexts(), await list.locator("dd").allInnerTexts()];
  return Object.fromEntries(words.map((word, index) => [word.toLowerCase(), Number(numbers[index])]));
}
