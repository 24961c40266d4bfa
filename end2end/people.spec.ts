import type { Browser, Locator, Page } from "@playwright/test";
import { changePassword, expect, expectAccessible, fillSignIn, picture, scripted, test } from "./support/gonogo.ts";
import { Server } from "./support/server.ts";

// Each deadline is for a machine that is busy with something else: axe and pictures compute.
test.setTimeout(300_000);

const PASSWORD = "several words that nobody guesses";

test("an admin invites somebody, who joins once by the link", async ({ person, browser, contextOptions, gonogo }) => {
  const admin = await person("admin");
  await admin.goto("/people");
  await picturesAndAxe(admin, "people");
  await admin.getByLabel("Whom").fill("Grace Hopper");
  await check(admin, "#invite", ["QA", "Developer"]);
  await again(admin.locator("#invite"), "not the password of anybody");
  await admin.getByRole("button", { name: "Make a one-time link" }).click();
  await expect(admin.getByRole("alert")).toContainText("do not go together");
  await expect(admin.getByText("The link, shown only now")).toHaveCount(0);
  await expect(admin.locator("#invite").getByLabel("Your password, again")).toHaveValue("");
  const { password } = await gonogo.account("admin");
  await admin.goto("/people");
  await admin.getByLabel("Whom").fill("Grace Hopper");
  await check(admin, "#invite", ["QA", "Developer"]);
  await again(admin.locator("#invite"), password);
  await admin.getByRole("button", { name: "Make a one-time link" }).click();
  await expect(admin.getByText("The link, shown only now")).toBeVisible();
  await picturesAndAxe(admin, "people-invited");
  const link = (await admin.getByText(/\/invite\?token=/).first().innerText()).trim();
  await expect(admin.locator("#invite").getByRole("row").filter({ hasText: "Grace Hopper" })).toContainText("Developer");
  await admin.goto("/people");
  await expect(admin.getByText("The link, shown only now")).toHaveCount(0);

  const guest = await (await browser.newContext({ ...contextOptions, baseURL: gonogo.address })).newPage();
  await guest.goto(link);
  await picturesAndAxe(guest, "invite");
  const name = `grace-${test.info().project.name}`;
  await join(guest, "Grace");
  await expect(guest.getByRole("alert")).toContainText('"Grace" cannot be a name: use 1 to 64 lower-case letters');
  await join(guest, name, "1qaz2wsx3edc4rfv");
  await expect(guest.getByRole("alert")).toContainText("guessed soon: it is a well-known one");
  await picturesAndAxe(guest, "invite-refused");
  await join(guest, "admin");
  await expect(guest.getByRole("alert")).toContainText("Somebody has this name already");
  await join(guest, name);
  await expect(guest.getByRole("heading", { name: "Runs", exact: true })).toBeVisible();
  await expect(guest.getByRole("link", { name: "People" })).toHaveCount(0);
  await guest.goto("/people");
  await expect(guest.getByText("You may not manage people")).toBeVisible();
  await guest.goto(link);
  await expect(guest.getByText("This link cannot be used")).toBeVisible();
  await picturesAndAxe(guest, "invite-used");

  await admin.goto(`/people?text=${name}`);
  await admin.getByRole("link", { name: "Grace Hopper" }).first().click();
  await expect(admin.getByRole("heading", { level: 1, name: "Grace Hopper" })).toBeVisible();
  await check(admin, "#roles", ["Viewer"]);
  await again(admin.locator("#roles"), password);
  await admin.locator("#roles").getByRole("button", { name: "Save the roles" }).click();
  await expect(admin.locator("#log")).toContainText("given Viewer");
  const place = admin.locator("details.people-place").first();
  await place.locator("summary").click();
  await place.locator("label").filter({ hasText: "DevOps" }).click();
  await expect(place.getByLabel("Your password, again")).toHaveValue("");
  await again(place, password);
  await place.getByRole("button", { name: "Save the roles" }).click();
  await expect(admin.locator("#log")).toContainText("given DevOps in");
  await picturesAndAxe(admin, "person");
  await admin.getByRole("button", { name: "Disable" }).click();
  await expect(admin.getByText("Kept out since")).toBeVisible();
  await guest.goto("/");
  await expect(guest).toHaveURL(/sign-in/);
  await fillSignIn(guest, name, PASSWORD);
  await expect(guest.getByRole("alert")).toContainText("do not go together");
  await guest.context().close();
});

test("an admin makes a token for a program, sees it once and revokes it", async ({ person, gonogo }) => {
  const admin = await person("admin");
  const name = `ci.${test.info().project.name}`;
  await admin.goto("/people");
  await admin.getByLabel("Name of the program").fill(name);
  await check(admin, "#tokens", ["Read runs"]);
  await again(admin.locator("#tokens"), (await gonogo.account("admin")).password);
  await admin.getByRole("button", { name: "Make a token" }).click();
  await expect(admin.getByText("The token, shown only now")).toBeVisible();
  const token = (await admin.getByText(/^gonogo_/).first().innerText()).trim();
  const runs = () => fetch(`${gonogo.address}/api/v1/runs`, { headers: { authorization: `Bearer ${token}` } });
  expect((await runs()).status).toBe(200);
  const row = admin.locator("#tokens").getByRole("row").filter({ hasText: name });
  await row.getByRole("button", { name: /Revoke/ }).click();
  await expect(row).toHaveCount(0);
  expect((await runs()).status).toBe(401);
  await expect(admin.locator("#log")).toContainText("token revoked");
});

test("somebody changes their password and ends their other session", async ({ browser, contextOptions, gonogo, person }) => {
  const own = await person("auditor");
  const other = await elsewhere(browser, { ...contextOptions, baseURL: gonogo.address }, gonogo);
  await own.goto("/account");
  const sessions = own.locator("#sessions").getByRole("row");
  await expect(sessions.filter({ hasText: "this one" })).toHaveCount(1);
  await picturesAndAxe(own, "account");
  await sessions.getByRole("radio", { name: /The session of/ }).first().check();
  await again(own.locator("#sessions"), "not the password of anybody");
  await own.getByRole("button", { name: "End the chosen session" }).click();
  await expect(own.getByRole("alert")).toContainText("do not go together");
  await sessions.getByRole("radio", { name: /The session of/ }).first().check();
  await again(own.locator("#sessions"), (await gonogo.account("auditor")).password);
  await own.getByRole("button", { name: "End the chosen session" }).click();
  await expect(own.getByRole("button", { name: "End the chosen session" })).toHaveCount(0);
  await other.goto("/");
  await expect(other).toHaveURL(/sign-in/);
  await own.goto("/account");
  await own.getByLabel("Your password as it is").fill("not the password of anybody");
  await own.getByLabel("The new one").fill(PASSWORD);
  await own.getByRole("button", { name: "Change the password" }).click();
  await expect(own.getByRole("alert")).toContainText("do not go together");
  const { password } = await gonogo.account("auditor");
  await own.goto("/account");
  await changePassword(own, password, `${password}-again`);
  gonogo.chosen("auditor", `${password}-again`);
  await own.goto("/");
  await expect(own.getByRole("heading", { name: "Runs", exact: true })).toBeVisible();
  await other.context().close();
});

test("the password of the first start is changed before anything else", async ({ page }) => {
  // A server of its own: the other tests have changed theirs.
  const server = await Server.start("first-password");
  try {
    const { name, password } = await server.account("viewer");
    await page.goto(`${server.address}/sign-in`);
    await fillSignIn(page, name, password);
    await expect(page).toHaveURL(/\/account$/);
    await picturesAndAxe(page, "account-first");
    await page.goto(`${server.address}/checklists`);
    await expect(page).toHaveURL(/\/account$/);
    await changePassword(page, password, PASSWORD);
    await page.goto(`${server.address}/checklists`);
    await expect(page.getByRole("heading", { level: 1, name: "Checklists" })).toBeVisible();
  } finally {
    await server.remove();
  }
});

/** Checks these boxes of a part of the page. */
async function check(page: Page, part: string, names: string[]): Promise<void> {
  for (const name of names) await page.locator(part).getByRole("checkbox", { name, exact: true }).check();
}

/** The password of whoever is signed in, in a form. */
async function again(form: Locator, password: string): Promise<void> {
  await form.getByLabel("Your password, again").fill(password);
}

async function join(page: Page, name: string, password = PASSWORD): Promise<void> {
  await page.getByLabel("Name to sign in with").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Join", exact: true }).click();
}

/** A second browser of the auditor. */
async function elsewhere(browser: Browser, options: Parameters<Browser["newContext"]>[0], gonogo: Server): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  const { name, password } = await gonogo.account("auditor");
  await page.goto("/sign-in");
  await fillSignIn(page, name, password);
  await expect(page.getByRole("heading", { name: "Runs", exact: true })).toBeVisible();
  return page;
}

/** The open page is accessible in both themes and at both widths; its pictures are called `name`. */
async function picturesAndAxe(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  if (scripted()) await picture(page, name);
  await expectAccessible(page);
}
