/**
 * The proof by hand: a thousand starts, a million generated inputs, faults in many rounds, and ten minutes of a flooded container;
 * `npm run proof`. Each variable may be set. `PROOF_SEED` replays a run, `PROOF_WRITE=1` writes the table into docs/reliability.md.
 * Runs of one seed share a table, so a run may be made in pieces: arguments go to Vitest.
 */
import { resolve } from 'node:path';
import { execaSync } from 'execa';
import { whenCalled } from './command.ts';
import { whyNoDocker } from './docker.ts';

const ROOT = resolve(import.meta.dirname, '..');

await whenCalled(import.meta, (args) => {
  const PROOF_SEED = process.env.PROOF_SEED ?? String(Math.floor(Math.random() * 1_000_000));
  console.log(`PROOF_SEED=${PROOF_SEED} replays this run.`);
  const longest = {
    PROOF_STARTS: '1000',
    PROOF_CASES: '1000000',
    PROOF_ROUNDS: '10',
    PROOF_MINUTES: '10',
    PROOF_INVOCATIONS: '100000',
  };
  const env = { ...longest, ...process.env, PROOF_SEED };
  const noDocker = whyNoDocker();
  if (noDocker !== undefined) console.log(`Left out: the container whose memory is flooded, because ${noDocker}.`);
  const flags = [
    ...['--project', 'proof', '--project', 'integration', 'test/proof', 'test/integration/supervisor'],
    ...(noDocker === undefined ? ['--project', 'container', 'test/container/telemetry-memory'] : []),
    ...['--reporter=default', '--reporter=./test/proof/report/table-reporter.ts'],
  ];
  const vitest = resolve(ROOT, 'node_modules/vitest/vitest.mjs');
  const options = { cwd: ROOT, env, stdio: 'inherit', reject: false } as const;
  process.exitCode = execaSync(process.execPath, [vitest, 'run', ...flags, ...args], options).exitCode ?? 1;
});
