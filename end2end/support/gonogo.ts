import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type BrowserContext, type Page } from "@playwright/test";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Server } from "./server.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const LOOKS = [[1280, "light"], [320, "dark"]] as const;
const LOOKS_WITHOUT_SCRIPT = [[1280, "dark"], [320, "light"]] as const;
const SCREENSHOTS = fileURLToPath(new URL("../results/screenshots", import.meta.url));

type Sessions = Map<string, Awaited<ReturnType<BrowserContext["storageState"]>>>;

interface Signed {
  signIn: (role: string, page?: Page) => Promise<void>;
  person: (role: string) => Promise<Page>;
}

/** `test` with a server of its own per worker; pages open below its address. */
export const test = base.extend<Signed, { gonogo: Server; sessions: Sessions }>({
  gonogo: [
    async ({}, use, worker) => {
      const server = await Server.start(`${worker.project.name}-${worker.workerIndex}`);
      await use(server);
      await server.remove();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  // Whoever has signed in once at a server is remembered: hashing passwords takes its time.
  sessions: [async ({}, use) => use(new Map()), { scope: "worker" }],
  baseURL: async ({ gonogo }, use) => use(gonogo.address),
  /** Signs in with the account that has this role, changes its password the first time, and waits for the list of runs. */
  signIn: async ({ gonogo, page: first }, use) => {
    await use((role, page = first) => signInAs(page, gonogo, role));
  },
  /** A page in a browser of its own, signed in with the account that has this role. */
  person: async ({ browser, contextOptions, gonogo, sessions, signIn }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (role) => {
      const storageState = sessions.get(role);
      const context = await browser.newContext({ ...contextOptions, baseURL: gonogo.address, storageState });
      contexts.push(context);
      const page = await context.newPage();
      if (!storageState) {
        await signIn(role, page);
        sessions.set(role, await context.storageState());
      }
      return page;
    });
    if (test.info().errors.length > 0) await tellOf(contexts.flatMap((context) => context.pages()));
    await Promise.all(contexts.map((context) => context.close()));
  },
});

/** Says where a failed test's people are, for whoever has only its log. */
async function tellOf(pages: Page[]): Promise<void> {
  for (const page of pages) {
    const text = await page.locator("body").innerText({ timeout: 2_000 }).catch(String);
    console.log(`at ${page.url()}: ${text.replaceAll(/\s+/g, " ").slice(0, 600)}`);
  }
}

export { expect };

/** Whether scripts run in the browser of this test. */
export function scripted(): boolean {
  return test.info().project.use.javaScriptEnabled !== false;
}

/** Signs in with the account that has this role, changes its password the first time, and waits for the list of runs. */
export async function signInAs(page: Page, gonogo: Server, role: string): Promise<void> {
  const account = await gonogo.account(role);
  await page.goto(`${gonogo.address}/sign-in`);
  await fillSignIn(page, account.name, account.password);
  await expect(page).not.toHaveURL(/sign-in/);
  if (new URL(page.url()).pathname === "/account") {
    const password = `${account.password}-chosen`;
    await changePassword(page, account.password, password);
    gonogo.chosen(role, password);
    await page.goto(`${gonogo.address}/`);
  }
  await expect(page.getByRole("heading", { name: "Runs", exact: true })).toBeVisible();
}

/** Fills the sign-in form of the open page and sends it. */
export async function fillSignIn(page: Page, name: string, password: string): Promise<void> {
  await page.locator('input[name="name"]').fill(name);
  await page.locator('input[name="password"]').fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Changes the password on the open page of the account. */
export async function changePassword(page: Page, old: string, password: string): Promise<void> {
  await page.getByLabel("Your password as it is").fill(old);
  await page.getByLabel("The new one").fill(password);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByText("Your password is changed")).toBeVisible();
}

/** Takes a picture of the whole page in both themes, at a desk's width and a phone's: results/screenshots/NAME-*.png. */
export async function picture(page: Page, name: string): Promise<void> {
  const size = page.viewportSize();
  for (const [width, colorScheme] of [[1280, "light"], [1280, "dark"], [320, "light"]] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    if (scripted()) await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`), fullPage: true, animations: "disabled" });
  }
  await page.emulateMedia({ colorScheme: null });
  if (size) await page.setViewportSize(size);
}

/**
 * axe finds nothing on the open page, in either theme, at a desk's width and a phone's; and nothing scrolls sideways.
 * The projects share the four between them: both draw the same document. A test goes on, so that one run names everything.
 */
export async function expectAccessible(page: Page): Promise<void> {
  const { page: subject, close } = await scriptable(page);
  // A page that nobody looks at draws no frames, and a colour that changes with the next frame then never does.
  await subject.evaluate(() => {
    const still = new CSSStyleSheet();
    still.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
  });
  for (const [width, colorScheme] of scripted() ? LOOKS : LOOKS_WITHOUT_SCRIPT) {
    await subject.setViewportSize({ width, height: 900 });
    await subject.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page: subject }).withTags(RULES).analyze();
    const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`));
    expect.soft(found, `axe on ${page.url()} at ${width} px, ${colorScheme}`).toEqual([]);
    const overflow = await subject.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect.soft(overflow, `sideways overflow in px on ${page.url()} at ${width} px`).toBeLessThanOrEqual(0);
  }
  await close();
}

/**
 * axe needs timers, which do not run where scripting is off: then it judges the very document that such a browser has, with
 * its `<noscript>` shown and its scripts taken out, in a browser that can script. Otherwise it judges the page itself.
 */
async function scriptable(page: Page): Promise<{ page: Page; close: () => Promise<void> }> {
  if (scripted()) {
    const size = page.viewportSize();
    const restore = async () => {
      await page.emulateMedia({ colorScheme: null, reducedMotion: null });
      if (size) await page.setViewportSize(size);
    };
    return { page, close: restore };
  }
  const browser = page.context().browser();
  if (!browser) throw new Error("the page has no browser");
  const address = page.url();
  const body = (await page.content()).replace(/<script\b[\s\S]*?<\/script>/gi, "").replace(/<\/?noscript\b[^>]*>/gi, "");
  const context = await browser.newContext({ javaScriptEnabled: true });
  await context.route(address, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }));
  const copy = await context.newPage();
  await copy.goto(address);
  return { page: copy, close: () => context.close() };
}
