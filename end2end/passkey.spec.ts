import { test as plain, expect, expectAccessible, picture, scripted } from "./support/gonogo.ts";
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
  const devtools = await qa.context().newCDPSession(qa);
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

  const { password } = await gonogo.account("qa");
  await qa.goto("/account");
  const card = qa.getByRole("region", { name: "Passkeys" });
  await card.getByLabel("Name of the new passkey").fill("My laptop");
  await card.getByLabel("Your password, again").fill(password);
  await card.getByRole("button", { name: "Add a passkey" }).click();
  await expect(card.getByRole("row", { name: /My laptop/ })).toContainText("never");
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
  await qa.locator("#passkeys-password").fill(password);
  await card.getByRole("button", { name: "Remove the chosen passkey" }).click();
  await expect(card.getByRole("row")).toHaveCount(0);
});

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
