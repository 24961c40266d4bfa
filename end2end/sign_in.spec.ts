import { expect, expectAccessible, fillSignIn, picture, test } from "./support/gonogo.ts";

test("a developer signs in and sees the runs", async ({ page, signIn }, { project }) => {
  await signIn("developer");
  await expect(page).toHaveURL(/\/$/);
  await picture(page, `runs-empty-${project.name}`);
});

test("a page that needs a person leads to the sign-in page", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
});

test("a wrong password and an unknown name get the same answer in words", async ({ page, gonogo }) => {
  const { name } = await gonogo.account("qa");
  const answers: string[] = [];
  for (const who of [name, "nobody-of-that-name"]) {
    await page.goto("/sign-in");
    await fillSignIn(page, who, "not the password of anybody");
    const alert = page.getByRole("alert");
    await expect(alert).toContainText(/password/i);
    answers.push(await alert.innerText());
    await expect(page).toHaveURL(/\/sign-in/);
  }
  expect(answers[1]).toBe(answers[0]);
});

test("every role that the first start names can sign in", async ({ browser, gonogo, signIn, javaScriptEnabled }) => {
  for (const role of ["developer", "devops", "qa", "product owner"]) {
    const context = await browser.newContext({ javaScriptEnabled, baseURL: gonogo.address });
    await signIn(role, await context.newPage());
    await context.close();
  }
});

test("the sign-in page is accessible in both themes and at both widths", async ({ page }, { project }) => {
  await page.goto("/sign-in");
  await picture(page, `sign-in-${project.name}`);
  await expectAccessible(page);
});

test("a session outlives a restart of the server", async ({ page, gonogo, signIn }) => {
  await signIn("devops");
  await gonogo.restart();
  await page.goto(`${gonogo.address}/`);
  await expect(page.getByRole("heading", { name: "Runs", exact: true })).toBeVisible();
});
