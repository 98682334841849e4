import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from './support/benchmark.ts';
import { floor, interleave, spread } from './support/statistics.ts';

const entrypointFile = fileURLToPath(new URL('../dist/opt/lambda-node-extended/entrypoint', import.meta.url));
const preloadFile = fileURLToPath(new URL('../dist/opt/lambda-node-extended/preload.cjs', import.meta.url));

/** What the entry point adds to the start of a function where no part is on, and the preload to a process that is no runtime client. */
export const preload: Benchmark = {
  name: 'preload',
  title: 'Preload, off and idle',

  async measure({ rounds }) {
    if (!existsSync(entrypointFile)) return { kind: 'left out', reason: 'without cargo there is no entry point' };
    const command = await interleave(rounds(200), {
      ours: async () => runMs(entrypointFile, ['/bin/true']),
      bare: async () => runMs('/bin/true', []),
    });
    const node = await interleave(rounds(200), {
      ours: async () => runMs(process.execPath, ['--require', preloadFile, '--eval', '0']),
      bare: async () => runMs(process.execPath, ['--eval', '0']),
    });
    return {
      kind: 'measured',
      measurements: [
        {
          what: 'a command through the entry point',
          unit: 'ms',
          ours: spread(command.ours),
          floors: { 'the command': floor(command.ours, command.bare) },
        },
        { what: 'added by the entry point', unit: 'ms', ours: added(command) },
        {
          what: 'Node.js with a preload that does nothing',
          unit: 'ms',
          ours: spread(node.ours),
          floors: { 'Node.js': floor(node.ours, node.bare) },
        },
        { what: 'added by the preload', unit: 'ms', ours: added(node) },
      ],
    };
  },
};

function runMs(file: string, args: string[]): number {
  const startedAtMs = performance.now();
  const { status, error } = spawnSync(file, args, { env: {}, stdio: 'ignore' });
  const tookMs = performance.now() - startedAtMs;
  if (status !== 0) throw new Error(`${file} ended with ${error ?? status}`);
  return tookMs;
}

/** Pair by pair. */
function added({ ours, bare }: { ours: readonly number[]; bare: readonly number[] }) {
  return spread(ours.map((ms, round) => ms - (bare[round] ?? Number.NaN)));
}
