// Ways to verify the deployed lab, interleaved A B C C B A: `compare.mjs ROUNDS -- NAME GOAL WORDS... -- NAME GOAL WORDS...`.
// The first is what the others are compared with; its goal is seconds, theirs a ratio to it, and `-` is none. Prints for
// each the median and the processor time of it and all its children; what it says itself, from a first run that does not
// count; the ratio of medians. Intervals are 95 %, by bootstrap.
import { spawnSync } from "node:child_process";
import { openSync } from "node:fs";

const PROCESSOR_GOAL = 5;
const nowhere = openSync("/dev/null", "w");
const [, , rounds, ...rest] = process.argv;
const contestants = [];
for (const word of rest) {
  if (word === "--") contestants.push([]);
  else contestants.at(-1).push(word);
}

/** Runs it once: seconds on the clock and of the processor, what it printed, its exit code, which is an answer. */
function once([, , ...command], output) {
  const timed = spawnSync("bash", ["-c", 'TIMEFORMAT="%R %U %S"; time "$@" >&3 2>&3 </dev/null', "compare", ...command], {
    stdio: ["ignore", "ignore", "pipe", output],
    timeout: 300_000,
  });
  if (timed.status === null || timed.status >= 126) throw new Error(`${command[0]} does not run: ${timed.status ?? timed.signal}`);
  const [real, user, system] = timed.stderr.toString().trim().split(" ").map(Number);
  if (!Number.isFinite(real + user + system)) throw new Error(`no time of ${command[0]}: ${timed.stderr}`);
  return { real, cpu: user + system, printed: timed.output[3]?.toString() ?? "", code: timed.status };
}

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

// A fixed seed (mulberry32): the same measurements give the same interval.
let state = 1;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const drawn = (values) => values.map(() => values[Math.floor(random() * values.length)]);

/** A figure of the measurements, and the interval of it when they are drawn again. */
function figure(of, digits, ...measured) {
  const again = Array.from({ length: 2000 }, () => of(...measured.map(drawn))).sort((a, b) => a - b);
  const value = of(...measured);
  return { value, text: `${value.toFixed(digits)} (${again[50].toFixed(digits)} to ${again[1949].toFixed(digits)})` };
}
const ratio = (theirs, ours) => median(theirs) / Math.max(median(ours), 0.001);
const short = (factor) => (factor <= 1 ? "met" : `not yet, ${factor.toFixed(factor < 1.1 ? 2 : 1)}x short`);

const said = contestants.map((contestant) => {
  const { printed, code } = once(contestant, "pipe");
  return `${printed.trim().split("\n").at(-1).trim()}; exit code ${code}`;
});
const seen = contestants.map(() => []);
for (let round = 0; round < Number(rounds); round++) {
  const order = [...contestants.keys()];
  for (const which of round % 2 === 0 ? order : order.reverse()) seen[which].push(once(contestants[which], nowhere));
}

const real = seen.map((runs) => runs.map((run) => run.real));
const cpu = seen.map((runs) => runs.map((run) => run.cpu));
for (const [which, [name, goal]] of contestants.entries()) {
  const took = figure(median, 3, real[which]);
  const line = [`${name.padEnd(10)} ${took.text} s, processor ${median(cpu[which]).toFixed(3)} s`];
  if (which === 0 && goal !== "-") line.push(`goal at most ${goal} s: ${short(took.value / Number(goal))}`);
  if (which > 0) {
    const [clock, processor] = [real, cpu].map((figures) => figure(ratio, 1, figures[which], figures[0]));
    const of = (bound, value) => (bound === "-" ? "" : `, goal ${bound}: ${short(Number(bound) / value)}`);
    line.push(`ratio ${clock.text}${of(goal, clock.value)}`);
    line.push(`ratio of processor ${processor.text}${of(goal === "-" ? goal : PROCESSOR_GOAL, processor.value)}`);
  }
  console.log(`${line.join(`\n${" ".repeat(11)}`)}\n${" ".repeat(11)}says: ${said[which]}`);
}
