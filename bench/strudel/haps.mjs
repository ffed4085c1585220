// Haps per second of CPU time of Strudel's engine for each line of a file, near cycle 0 and near cycle 10,000,000;
// the same work as bench_patterns.c does.
import { readFileSync } from 'node:fs';
import { mini } from '@strudel/mini';

const RUN_US = 500_000;
const CYCLES_PER_ROUND = 64;

function hapsPerSecond(pattern, from) {
  const start = process.cpuUsage();
  let cycle = from;
  let haps = 0;
  let elapsed = 0;
  while (elapsed < RUN_US) {
    for (let i = 0; i < CYCLES_PER_ROUND; i++, cycle++) haps += pattern.queryArc(cycle, cycle + 1).length;
    const used = process.cpuUsage(start);
    elapsed = used.user + used.system;
  }
  return { perCycle: haps / (cycle - from), perSecond: haps / (elapsed / 1e6) };
}

const lines = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean);
lines.forEach((line, i) => {
  const pattern = mini(line);
  hapsPerSecond(pattern, 0); // lets the compiler warm up
  const near = hapsPerSecond(pattern, 0);
  const far = hapsPerSecond(pattern, 10_000_000);
  console.log(`${i + 1} ${far.perCycle.toFixed(2)} ${near.perSecond.toFixed(0)} ${far.perSecond.toFixed(0)}`);
});
