import { expect, type Locator, type Page } from "@playwright/test";
import type { Server } from "./server.ts";
import { scripted } from "./gonogo.ts";

/** What a new run is of. */
export interface NewRun {
  /** The title of a published checklist. */
  checklist: string;
  environment: string;
  release: string;
}

/** Shows what the server knows now: by itself where scripts run, by loading the page again where not. */
export async function look(page: Page): Promise<void> {
  if (!scripted()) await page.reload();
}

/** Waits until the page hears the server, so that what happens next arrives. Without scripting there is nothing to wait for. */
export async function expectLive(page: Page): Promise<void> {
  if (scripted()) await expect(page.locator(".live")).toHaveText("live");
}

/** Starts a run as the person of `page`, and leaves its page open; answers its path, "/runs/3". */
export async function startRun(page: Page, { checklist, environment, release }: NewRun): Promise<string> {
  await page.goto("/new-run");
  const option = page.getByLabel("Checklist").locator("option").filter({ hasText: checklist }).first();
  await page.getByLabel("Checklist").selectOption((await option.getAttribute("value")) ?? "");
  await page.locator(`input[name="environment"][value="${environment}"]`).check();
  await page.getByLabel("Release").fill(release);
  await page.getByRole("button", { name: "Start the run" }).click();
  await expect(page).toHaveURL(/\/runs\/\d+$/);
  await expect(page.getByRole("heading", { level: 1, name: checklist })).toBeVisible();
  return new URL(page.url()).pathname;
}

/** Begins the execution of the open run although nothing was measured before. */
export async function beginWithoutBaseline(page: Page, reason: string): Promise<void> {
  await page.getByText("Begin without a baseline…").click();
  await page.locator("#begin-without").fill(reason);
  await page.getByRole("button", { name: "Begin without a baseline", exact: true }).click();
}

/** Pastes a checklist and leaves its page open. */
export async function pasteChecklist(page: Page, markdown: string): Promise<void> {
  await page.goto("/checklists");
  await page.getByLabel("Or its text").fill(markdown);
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page).toHaveURL(/\/checklists\/\d+$/);
}

/** Publishes the plan of the open page of a checklist. */
export async function publish(page: Page): Promise<void> {
  await page.getByRole("button", { name: /publish the plan/i }).click();
  await expect(page.getByText("Runs may start from this plan")).toBeVisible();
}

/** The line of the checklist whose text starts so. */
export function line(page: Page, text: string): Locator {
  return page.locator("li.row").filter({ hasText: text });
}

/** The line stands so: "Proved", and where given for this reason. */
export async function expectLine(page: Page, text: string, status: string, reason?: string | RegExp): Promise<void> {
  const row = line(page, text);
  await expect(row.locator(".status").first()).toHaveText(status);
  if (reason !== undefined) await expect(row.locator(".row-why")).toContainText(reason);
}

/** The answer at the top of the run. */
export async function expectAnswer(page: Page, word: string, why?: string | RegExp): Promise<void> {
  const answer = page.getByRole("region", { name: "The answer" });
  await expect(answer.locator(".verdict-word")).toHaveText(word);
  if (why !== undefined) await expect(answer).toContainText(why);
}

/** How many boxes the run's tally counts under a word: 3 "proved". */
export async function expectTally(page: Page, counts: Record<string, number>): Promise<void> {
  for (const [key, count] of Object.entries(counts)) {
    await expect(page.locator(`main > .tally li[data-count="${key}"] b`), `how many are ${key}`).toHaveText(String(count));
  }
}

/** Presses "Verify everything" and waits until nothing is under way any more. */
export async function verifyEverything(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: "Verify everything" });
  await button.click();
  await expect(async () => {
    await look(page);
    await expect(page.locator('li.row [data-status="running"]')).toHaveCount(0);
    await expect(page.locator(".tally-note")).toContainText("checked");
  }).toPass();
  await expect(button).toBeEnabled();
}

/** Opens a line in the panel, and answers the panel. */
export async function openLine(page: Page, text: string): Promise<Locator> {
  await line(page, text).locator("a.row-title").click();
  const panel = page.getByRole("complementary", { name: "The open line" });
  await expect(panel.getByRole("heading", { level: 3 })).toContainText(plain(text));
  return panel;
}

/** Verifies one line again, and waits for its answer. */
export async function verifyLine(page: Page, text: string, attempt: string): Promise<void> {
  const panel = await openLine(page, text);
  await panel.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(async () => {
    await look(page);
    await expect(panel.locator(".attempts-note")).toContainText(attempt, { timeout: 2_000 });
  }).toPass();
}

/** Gives the word of the person of `page` for a line. */
export async function attest(page: Page, text: string, note: string): Promise<void> {
  await attestOpen(page, await openLine(page, text), text, note);
}

/** The same for a line that is open in the panel already. */
export async function attestOpen(page: Page, panel: Locator, text: string, note: string): Promise<void> {
  await panel.getByText("Attest…").click();
  await panel.getByLabel("What did you see?").fill(note);
  await panel.getByRole("button", { name: "Attest", exact: true }).click();
  // The browser itself sends this form: a page that a busy server could not answer says so, and is asked for again as a person would.
  await expect(async () => {
    if ((await page.locator("li.row").count()) === 0) {
      console.log(`after attesting: ${page.url()}: ${(await page.locator("body").innerText()).slice(0, 300)}`);
      await page.reload();
    }
    await expect(line(page, text).locator(".status").first()).toHaveText("Attested", { timeout: 5_000 });
  }).toPass();
  await expectLine(page, text, "Attested", note);
}

/** Waives, skips or overrides a line ("Waive") for a reason, after which it stands so ("Waived"). */
export async function settle(page: Page, text: string, deed: string, reason: string, status: string): Promise<void> {
  const panel = await openLine(page, text);
  await panel.getByText(`${deed}…`).click();
  const form = panel.locator("details[open]").filter({ has: page.getByLabel("Reason") });
  await form.getByLabel("Reason").fill(reason);
  await form.getByRole("button").click();
  await expectLine(page, text, status, reason);
}

/** Opens the signing form of a run as the person of `page`, who holds `role`. */
export async function review(page: Page, run: string, role: string): Promise<Locator> {
  await page.goto(`${run}?tab=sign-off`);
  await slot(page, role).getByRole("button", { name: "Review and sign" }).click();
  const form = page.getByRole("region", { name: `Sign as ${role}` });
  await expect(form.getByRole("heading", { name: `Sign as ${role}` })).toBeVisible();
  return form;
}

/** Signs a run as the person of `page`, who holds `role` ("QA"), with an answer ("GO"). */
export async function sign(page: Page, gonogo: Server, run: string, role: string, answer: string, comment = ""): Promise<void> {
  const { password } = await gonogo.account(role);
  const form = await review(page, run, role);
  await form.getByLabel("Comment").fill(comment);
  await form.getByRole("radio", { name: new RegExp(`^${answer}\\b`, "i") }).first().check();
  await form.getByLabel("Your password, again").fill(password);
  await form.getByRole("button", { name: "Sign", exact: true }).click();
  await expect(slot(page, role)).toContainText(new RegExp(answer, "i"));
  await expect(form).toHaveCount(0);
}

/** Gives the run of the open page up, so that its environment is free. */
export async function abandon(page: Page): Promise<void> {
  await page.getByText("Abandon…").click();
  await page.locator("#abandon-reason").fill("The test is over");
  await page.getByRole("button", { name: "Abandon the run" }).click();
  await look(page);
  await expect(page.locator(".run-state")).toHaveText("abandoned");
}

/** The slot of a role in the signature table. */
export function slot(page: Page, role: string): Locator {
  return page.locator("table.signatures tbody tr").filter({ has: page.getByRole("rowheader", { name: role, exact: true }) });
}

/** Text as it is shown: without the backticks of inline code. */
function plain(text: string): string {
  return text.replaceAll("`", "");
}

/** How many events the page has seen of its run. */
export async function events(page: Page): Promise<number> {
  const tab = page.getByRole("link", { name: /^Log\b/ });
  return Number(/\d+/.exec(await tab.innerText())?.[0] ?? 0);
}
