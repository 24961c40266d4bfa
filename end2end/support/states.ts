import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "@playwright/test";
import { environments, lab } from "./lab.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const BINARY = process.env.GONOGO_BINARY ?? join(PROJECT, "target/debug/gonogo");
const CHECKLIST = join(PROJECT, "checklists/performance-optimization.md");
/** For every broken state of the lab what changes, and to what; sorted, separated by spaces; with `?` what only may change. */
export const TABLE = fileURLToPath(new URL("../lab/states.tsv", import.meta.url));
/** Every window of the checklist is due. */
const DEPLOYED_AGO_MS = 25 * 3600 * 1000;

/** What follows from how many requests there were, whatever is broken. */
const COUNTED = "cache-hit-rate-60";

/** A line's name, and what its probe says. */
export type Verdicts = Map<string, string>;

/** One line of the checklist is a command, which runs only where its plan is listed. */
let published: Promise<string> | undefined;

/** What every probe of the reference checklist says of the lab now, and why. */
export async function verdicts(): Promise<Verdicts> {
  await (published ??= lab("publish", BINARY));
  const t0 = new Date(Date.now() - DEPLOYED_AGO_MS).toISOString();
  const out = await headless(["run", CHECKLIST, "--env", "lab", "--release", "v2", "--t0", t0, "--format", "json"]);
  const { lines } = JSON.parse(out) as { lines: { id: string; verdict: string | null }[] };
  return new Map(lines.flatMap(({ id, verdict }) => (verdict === null ? [] : [[id, verdict] as const])));
}

/** What the probes say once nothing changes any more: health checks need their moment. */
export async function settled(): Promise<Verdicts> {
  for (let last = await verdicts(); ; ) {
    await new Promise((done) => setTimeout(done, 2_000));
    const now = await verdicts();
    // Test runs belong to a run of Gonogo: without one there is no data, for ever.
    const open = [...now].filter(([id, verdict]) => verdict === "no_data" && !id.includes("tests"));
    if (changes(last, now) === "" && open.length === 0) return now;
    last = now;
  }
}

/** The probes whose answer is another one: "redis-health-check-passes=error", sorted. */
export function changes(healthy: Verdicts, now: Verdicts): string {
  const changed = [...now].filter(([id, verdict]) => healthy.get(id) !== verdict && !id.startsWith(COUNTED));
  return changed.map(([id, verdict]) => `${id}=${verdict}`).sort().join(" ");
}

/** What the table says of a state. */
export async function expected(): Promise<Map<string, string>> {
  const rows = (await readFile(TABLE, "utf8")).trimEnd().split("\n").slice(1);
  return new Map(rows.map((row) => row.split("\t", 2) as [string, string]));
}

/** Writes the table. */
export async function write(rows: Map<string, string>): Promise<void> {
  const lines = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, changes]) => `${name}\t${changes}`);
  await writeFile(TABLE, `state\tchanges\n${lines.join("\n")}\n`);
}

/** The names of the broken states that the deployed service can be put into. */
export async function names(): Promise<string[]> {
  return (await lab("list")).split("\n").map((row) => row.split(" ")[0] ?? "").filter((name) => name !== "");
}

/** Breaks the lab so, waits until the probes say `wanted`, mends it, and waits until all is as it was. */
export async function breakAndMend(name: string, healthy: Verdicts, wanted: string): Promise<void> {
  await lab("break", name);
  try {
    await expect(async () => {
      const now = changes(healthy, await verdicts());
      expect(without(now, wanted), name).toBe(certain(wanted));
    }).toPass({ timeout: 90_000 });
  } finally {
    await lab("mend", name);
  }
  await expect(async () => expect(changes(healthy, await verdicts()), `${name}, mended`).toBe("")).toPass({ timeout: 90_000 });
}

/** What must change. A change with a question mark comes or stays away: what the service logs while a name does not resolve
 *  depends on which of its requests was under way. */
const certain = (wanted: string): string => wanted.split(" ").filter((change) => !change.endsWith("?")).join(" ");

/** The changes without those that may come or stay away. */
function without(now: string, wanted: string): string {
  const free = wanted.split(" ").filter((change) => change.endsWith("?"));
  return now.split(" ").filter((change) => !free.includes(`${change}?`)).join(" ");
}

async function headless(command: string[]): Promise<string> {
  const env = { ...process.env, GONOGO_ENVIRONMENTS: await environments() };
  return new Promise((done, failed) => {
    // Exit codes 1 and 2 are answers too.
    execFile(BINARY, command, { cwd: PROJECT, env, maxBuffer: 16 << 20 }, (error, out, complaint) => {
      if (out.startsWith("{")) done(out);
      else failed(new Error(complaint || String(error)));
    });
  });
}
