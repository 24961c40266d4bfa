// Two ways to verify the deployed lab, interleaved A B B A: `compare.mjs ROUNDS -- A... -- B...`. Prints medians, the ratio of
// medians with its bootstrap 95 % interval, and the processor time of each.
import { spawnSync } from "node:child_process";

const [, , rounds, ...rest] = process.argv;
const cut = rest.indexOf("--", 1);
const commands = [rest.slice(1, cut), rest.slice(cut + 1)];

/** Seconds on the clock and of the processor that a command takes; its exit code is an answer, not a failure. */
function once(command) {
  const timed = spawnSync("bash", ["-c", 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1 </dev/null', "compare", ...command]);
  const [real, user, system] = timed.stderr.toString().trim().split(" ").map(Number);
  return { real, cpu: user + system };
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

const seen = [[], []];
commands.forEach(once);
for (let round = 0; round < Number(rounds); round++) {
  for (const which of round % 2 === 0 ? [0, 1] : [1, 0]) seen[which].push(once(commands[which]));
}
const real = seen.map((runs) => runs.map((run) => run.real));
const cpu = seen.map((runs) => median(runs.map((run) => run.cpu)));
const ratios = Array.from({ length: 2000 }, () => median(drawn(real[1])) / median(drawn(real[0]))).sort((a, b) => a - b);
console.log(`gonogo  median ${median(real[0]).toFixed(3)} s, processor ${cpu[0].toFixed(3)} s`);
console.log(`script  median ${median(real[1]).toFixed(3)} s, processor ${cpu[1].toFixed(3)} s`);
console.log(
  `ratio   ${(median(real[1]) / median(real[0])).toFixed(1)} (95 %: ${ratios[50].toFixed(1)} to ${ratios[1949].toFixed(1)}), ` +
    `processor ${(cpu[1] / Math.max(cpu[0], 0.001)).toFixed(1)}, ${rounds} rounds A B B A`,
);
