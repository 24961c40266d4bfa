import type { Page } from "@playwright/test";
import { test as plain, expect, expectAccessible, fillSignIn, picture, scripted } from "./support/gonogo.ts";
import * as run from "./support/run.ts";
import { Server } from "./support/server.ts";

const CHECKLIST = "# Passkeys\n\n- [ ] Somebody looked at it\n\n## Sign-off\n\n| Role | Name | Date | Signature |\n|---|---|---|---|\n| QA | | | |\n| Developer | | | |\n";

const test = plain.extend<{}, { gonogo: Server }>({
  gonogo: [
    async ({}, use, worker) => {
      const server = await Server.start(`passkey-${worker.project.name}-${worker.workerIndex}`, { named: true });
      await use(server);
      await server.remove();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

test("somebody adds a passkey, signs a run with it, and removes it @needs-javascript", async ({ person, gonogo }) => {
  const devops = await person("devops");
  await run.pasteChecklist(devops, CHECKLIST);
  await run.publish(devops);
  const path = await run.startRun(devops, { checklist: "Passkeys", environment: "this-machine", release: "v1" });
  await devops.getByRole("button", { name: "Begin execution" }).click();

  const qa = await person("qa");
  await withDevice(qa);
  const { password } = await gonogo.account("qa");
  await qa.goto("/account");
  const card = qa.getByRole("region", { name: "Passkeys" });
  await card.getByLabel("Name of the new passkey").fill("My laptop");
  await card.getByLabel("Your password, again").fill(password);
  await card.getByRole("button", { name: "Add a passkey" }).click();
  await expect(card.getByRole("row", { name: /My laptop/ })).toContainText("never");
  // Folded now, and empty: the password is asked for in one place at a time.
  await expect(qa.getByLabel("Your password, again").filter({ visible: true })).toHaveCount(0);
  await card.getByText("Add another…").click();
  await expect(card.getByLabel("Name of the new passkey")).toHaveValue("");
  await card.getByLabel("Name of the new passkey").fill("Another");
  await card.locator("#passkey-password").fill("not the password");
  await card.getByRole("button", { name: "Add a passkey" }).click();
  await expect(card.locator("output")).toHaveText("This is not your password.");
  await picture(qa, "account-passkeys");
  await expectAccessible(qa);

  const form = await run.review(qa, path, "QA");
  await form.getByLabel("Comment").fill("Nobody\nhas verified anything");
  await form.getByRole("radio", { name: /^NO-GO\b/ }).check();
  await picture(qa, "sign-passkey");
  await form.getByRole("button", { name: "Sign with a passkey" }).click();
  await expect(run.slot(qa, "QA")).toContainText("NO-GO");
  await expect(form).toHaveCount(0);
  await qa.goto(`${path}?tab=log`);
  await expect(qa.getByText("confirmed with a passkey")).toBeVisible();

  await qa.goto("/account");
  await expect(card.getByRole("row", { name: /My laptop/ })).not.toContainText("never");
  await card.getByRole("radio", { name: "The passkey My laptop" }).check();
  await card.getByText("Remove one…").click();
  await qa.locator("#passkeys-password").fill(password);
  await card.getByRole("button", { name: "Remove the chosen passkey" }).click();
  await expect(card.getByRole("row")).toHaveCount(0);
});

test("with it turned on, the password leads to a second step, which the device or a recovery code completes @needs-javascript", async ({
  person,
  gonogo,
  browser,
  contextOptions,
}) => {
  const developer = await person("developer");
  await withDevice(developer);
  const { name, password } = await gonogo.account("developer");
  await developer.goto("/account");
  await developer.getByLabel("Name of the new passkey").fill("My laptop");
  await developer.locator("#passkey-password").fill(password);
  await developer.getByRole("button", { name: "Add a passkey" }).click();
  const card = developer.getByRole("region", { name: "Passkey at every sign-in" });
  await card.getByText("Ask for a passkey at every sign-in…").click();
  await card.getByLabel("Your password, again").fill(password);
  await card.getByRole("button", { name: "Ask for a passkey" }).click();
  await expect(card.getByText("shown only now")).toBeVisible();
  await expect(card.getByText("10 recovery codes left")).toBeVisible();
  const codes = ((await card.locator("pre").textContent()) ?? "").trim().split("\n");
  expect(codes).toHaveLength(10);
  await picture(developer, "account-second-factor");
  await expectAccessible(developer);

  await developer.goto("/environments");
  await developer.locator("details.menu > summary").click();
  await developer.getByRole("button", { name: "Sign out" }).click();
  await expect(developer).toHaveURL(/sign-in/);
  await developer.goto("/sign-in?next=/environments");
  await fillSignIn(developer, name, password);
  await expect(developer.getByRole("heading", { name: "Confirm with your passkey" })).toBeVisible();
  await picture(developer, "sign-in-passkey");
  await expectAccessible(developer);
  await developer.getByRole("button", { name: "Use your passkey" }).click();
  await expect(developer).toHaveURL(/\/environments$/);
  await expect(developer.getByRole("heading", { name: "Environments", exact: true })).toBeVisible();

  // Without the device, and without scripts: the step says so, and a code does.
  for (const javaScriptEnabled of [false, true]) {
    const context = await browser.newContext({ ...contextOptions, baseURL: gonogo.address, javaScriptEnabled });
    const page = await context.newPage();
    await page.goto("/sign-in");
    await fillSignIn(page, name, password);
    await expect(page.getByText("A passkey needs JavaScript")).toBeVisible({ visible: !javaScriptEnabled });
    await expect(page.getByRole("button", { name: "Use your passkey" })).toBeVisible({ visible: javaScriptEnabled });
    await page.getByText("Without the device…").click();
    await page.getByLabel("Recovery code").fill("none of them");
    await page.getByRole("button", { name: "Sign in with the code" }).click();
    await expect(page.getByRole("alert")).toContainText("none of your recovery codes");
    const code = codes.pop() ?? "";
    const field = page.getByLabel("Recovery code");
    await expect(async () => {
      if (!(await field.isVisible())) await page.getByText("Without the device…").click();
      await field.fill(code, { timeout: 1_000 });
    }).toPass();
    await page.getByRole("button", { name: "Sign in with the code" }).click();
    await expect(page.getByRole("heading", { name: "Runs", exact: true })).toBeVisible();
    await page.goto("/account");
    await expect(page.getByText(`${codes.length} recovery codes left`)).toBeVisible();
    await context.close();
  }
});

/** Gives the browser of this page a device that keeps passkeys. */
async function withDevice(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2" as const,
    transport: "internal" as const,
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  await devtools.send("WebAuthn.addVirtualAuthenticator", { options });
}

test("the account says where passkeys need scripts", async ({ person }) => {
  const qa = await person("qa");
  await qa.goto("/account");
  const card = qa.getByRole("region", { name: "Passkeys" });
  const add = card.getByRole("button", { name: "Add a passkey" });
  if (scripted()) {
    await expect(add).toBeVisible();
    await expect(card.getByText("Passkeys need JavaScript")).toBeHidden();
  } else {
    await expect(card.getByText("Passkeys need JavaScript")).toBeVisible();
    await expect(add).toBeHidden();
  }
  await expectAccessible(qa);
});
