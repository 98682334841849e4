/** A process that invokes a function so many times on the emulator, and prints what memory it holds, as lines of JSON. */
import { argv, memoryUsage } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { startEmulator } from '../../emulator/index.ts';

const [, , functionDir = '.', invocations = '1000', logsEvery = '100', samples = '10'] = argv;
const every = Math.ceil(Number(invocations) / Number(samples));

await using emulator = await startEmulator({ functionDir, optDir: 'none' });
for (let n = 1; n <= Number(invocations); n++) {
  const { payload } = await emulator.invoke({ n, logs: n % Number(logsEvery) === 0 });
  if (payload !== String(n)) throw new Error(`Invocation ${n} was answered with ${payload}`);
  if (n % every !== 0) continue;
  // What the first collection finds in buffers is given back by the time of the next.
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.();
    await setTimeout(20);
  }
  const { heapUsed, external, rss } = memoryUsage();
  console.log(JSON.stringify({ invocations: n, heldBytes: heapUsed + external, residentBytes: rss }));
}
