import { expect, test } from "@playwright/test";
import { lab, start } from "./support/lab.ts";
import * as states from "./support/states.ts";

test("in every broken state of the lab exactly the right lines change @states", async () => {
  test.setTimeout(3_600_000);
  const cannot = await start();
  test.skip(cannot !== undefined, cannot);
  await lab("deployed");
  const healthy = await states.settled();
  const names = process.env.GONOGO_STATES?.split(" ") ?? (await states.names());
  if (process.env.GONOGO_UPDATE_TABLE) return write(healthy, names);
  const expected = await states.expected();
  for (const name of names) {
    await test.step(name, () => states.breakAndMend(name, healthy, expected.get(name) ?? "not in the table"));
  }
});

/** Writes the rows of these states anew, to be read by somebody before they are committed. */
async function write(healthy: states.Verdicts, names: string[]): Promise<void> {
  const rows = await states.expected().catch(() => new Map<string, string>());
  for (const name of names) {
    await lab("break", name);
    const changes = await steady(healthy);
    rows.set(name, changes);
    await lab("mend", name);
    await expect(async () => expect(states.changes(healthy, await states.verdicts())).toBe("")).toPass({ timeout: 90_000 });
    await states.write(rows);
  }
}

/** What has changed, once it stays the same for three looks and no health check is still to come: they take half a minute. */
async function steady(healthy: states.Verdicts): Promise<string> {
  const looks: string[] = [];
  for (;;) {
    looks.push(states.changes(healthy, await states.verdicts()));
    const last = looks.slice(-3);
    if (last.length === 3 && last.every((look) => look === last[0] && (looks.length > 10 || !look.includes("=no_data")))) return last[0] ?? "";
    await new Promise((done) => setTimeout(done, 3_000));
  }
}
