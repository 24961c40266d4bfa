import { request, type APIRequestContext } from "@playwright/test";
import { expect, test } from "./support/gonogo.ts";

/** Kills per round. */
const KILLS = 5;
/** The longest that a server works on after it has acknowledged something, in milliseconds. */
const LONGEST_LIFE_MS = 1_500;

test("what was acknowledged is there after every kill -9", async ({ gonogo, signIn: settle }) => {
  // The password of the first start has to be changed before anything else answers.
  await settle("developer");
  const random = seeded(Number(process.env.GONOGO_SEED ?? "1"));
  const account = await gonogo.account("developer");
  const accounts = await gonogo.text("credentials");
  const sessions: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const life = Math.floor(random() * LONGEST_LIFE_MS);
    await test.step(`a life of ${life} ms`, async () => {
      let crashed: Promise<void> | undefined;
      const killLater = () => {
        crashed ??= new Promise((done, failed) => setTimeout(() => gonogo.crash().then(done, failed), life));
      };
      const signed = await workUntilItDies(gonogo.address, account.name, account.password, killLater);
      await crashed;
      sessions.push(...signed);
    });
    expect(sessions.length, "sessions that were acknowledged").toBeGreaterThan(kill);
    for (const cookie of sessions.slice(-20)) {
      const runs = await fetch(`${gonogo.address}/`, { headers: { cookie }, redirect: "manual" });
      expect(runs.status, "a session that was acknowledged before the kill").toBe(200);
    }
    expect(await gonogo.text("credentials"), "the first accounts are made once").toBe(accounts);
  }
  const browser = await request.newContext({ baseURL: gonogo.address });
  expect((await signIn(browser, account.name, account.password)).length).toBeGreaterThan(0);
  await browser.dispose();
});

/** Signs in again and again until the server is gone; gives the cookie of every session that it acknowledged. */
async function workUntilItDies(address: string, name: string, password: string, acknowledged: () => void): Promise<string[]> {
  const cookies: string[] = [];
  for (;;) {
    const browser = await request.newContext({ baseURL: address });
    try {
      const signed = await signIn(browser, name, password);
      cookies.push(...signed);
      if (signed.length > 0) acknowledged();
    } catch {
      // Gone, as it was told; when it was not told, the caller finds too few sessions.
      return cookies;
    } finally {
      await browser.dispose();
    }
  }
}

/** Sends the sign-in form as a browser without scripting does. */
async function signIn(browser: APIRequestContext, name: string, password: string): Promise<string[]> {
  const page = await browser.get("/sign-in");
  const action = /<form[^>]*action="([^"]+)"/.exec(await page.text())?.[1] ?? "/sign-in";
  const answer = await browser.post(action, { form: { name, password }, headers: { "sec-fetch-site": "same-origin" }, maxRedirects: 0 });
  return answer
    .headersArray()
    .filter((header) => header.name.toLowerCase() === "set-cookie")
    .map((header) => header.value.split(";")[0] ?? "");
}

/** The same numbers between 0 and 1 for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
