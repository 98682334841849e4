/** `npm run bench -- [--quick] [--only NAME]… [--minutes N]`; see docs/benchmarks.md. */
import { parseArgs } from 'node:util';
import { appconfig } from './appconfig.ts';
import { cacheHit } from './cache-hit.ts';
import { cachedMemory } from './cached-memory.ts';
import { coldStart } from './cold-start.ts';
import { dropInRead } from './drop-in-read.ts';
import { emulator } from './emulator.ts';
import { firstRead } from './first-read.ts';
import { fleet } from './fleet.ts';
import { functionFirstFlag } from './function-first-flag.ts';
import { functionFirstRead } from './function-first-read.ts';
import { functionReads } from './function-reads.ts';
import { idleMemory } from './idle-memory.ts';
import { insights } from './insights.ts';
import { insightsColdStart } from './insights-cold-start.ts';
import { loadMemory } from './load-memory.ts';
import { policies } from './policies.ts';
import { prefetch } from './prefetch.ts';
import { preload } from './preload.ts';
import { redaction } from './redaction.ts';
import { size } from './size.ts';
import { snapstart } from './snapstart.ts';
import { start } from './start.ts';
import type { BenchmarkOptions } from './support/benchmark.ts';
import { table } from './support/report.ts';
import { keep, machine } from './support/results.ts';
import { isBuilt } from './support/subjects.ts';
import { telemetry } from './telemetry.ts';
import { telemetryEstimate } from './telemetry-estimate.ts';
import { telemetryIntake } from './telemetry-intake.ts';
import { telemetryMemory } from './telemetry-memory.ts';
import { telemetryThroughput } from './telemetry-throughput.ts';

const benchmarks = [
  size,
  start,
  preload,
  firstRead,
  prefetch,
  snapstart,
  functionFirstRead,
  functionFirstFlag,
  functionReads,
  idleMemory,
  cachedMemory,
  cacheHit,
  loadMemory,
  appconfig,
  telemetry,
  telemetryIntake,
  telemetryThroughput,
  telemetryEstimate,
  insights,
  insightsColdStart,
  telemetryMemory,
  redaction,
  coldStart,
  policies,
  dropInRead,
  emulator,
  fleet,
];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: benchmarks.map(({ name }) => name) },
    minutes: { type: 'string' },
  },
});

const unknown = values.only.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  fail(`No benchmark is called ${unknown.join(', ')}. There are: ${benchmarks.map(({ name }) => name).join(', ')}.`);
}
const loadMinutes = Number(values.minutes ?? (values.quick ? 0.1 : 1));
if (!(loadMinutes > 0)) fail(`--minutes is ${values.minutes}: expected a number above 0.`);
if (!isBuilt()) fail('There is nothing to measure in dist/opt yet: please call "npm run build" first.');

const options: BenchmarkOptions = {
  loadMinutes,
  rounds: (full) => (values.quick ? Math.min(full, 3) : full),
};

process.once('SIGINT', () => process.exit(130));

const here = machine();
const { cpu, cores, memoryGib, kernel, node, loadAverage } = here;
console.log(`${cpu}, ${cores} cores, ${memoryGib} GiB, Linux ${kernel}, Node ${node}, load ${loadAverage.toFixed(2)}`);

for (const benchmark of benchmarks.filter(({ name }) => values.only.includes(name))) {
  const outcome = await benchmark.measure(options);
  console.log(`\n${benchmark.title}`);
  if (outcome.kind === 'left out') {
    console.log(`  left out: ${outcome.reason}`);
    continue;
  }
  console.log(table(outcome.measurements));
  if (!values.quick) keep(benchmark, outcome.measurements, { machine: here, ...outcome.about });
}
console.log(values.quick ? '\nA quick run: nothing was kept.' : '\nKept in bench/results/.');

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
