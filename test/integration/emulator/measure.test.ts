import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type MeasureFlags, measure } from '../../../emulator/measure/command.ts';
import { startCommand } from './dev-command.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'measured-'));
  const functions = {
    works: 'export const handler = async () => ({})',
    crashes: 'export const handler = async () => process.exit(7)',
    spawns: `import { execFileSync } from 'node:child_process';
      export const handler = async () => String(execFileSync(process.execPath, ['-e', 'for (const end = performance.now() + 200; performance.now() < end; );']))`,
    tires: `let calls = 0; export const handler = async () => { if (calls++ > 0) throw new Error('no more'); }`,
    'never-starts': 'throw new Error("no database")',
  };
  for (const [name, code] of Object.entries(functions)) writeFileSync(join(folder, `${name}.mjs`), code);
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(
  name: string,
  flags: Partial<MeasureFlags> = {},
  { written = [] as string[], signal = new AbortController().signal } = {},
) {
  const given = {
    handler: `${name}.handler`,
    functionDir: folder,
    functionName: 'function',
    memory: 128,
    timeout: 30,
    initType: 'on-demand',
    concurrency: 10,
    logFormat: 'Text',
    sourceMaps: false,
    with: 'none',
    rounds: 1,
    warm: 1,
    time: 600,
    json: true,
    ...flags,
  };
  const progress = { write: (text: string) => written.push(text) };
  return measure(given as unknown as MeasureFlags, { shell: {}, progress, signal });
}

describe('measure of a function', () => {
  it('counts answers, CPU time and memory of its processes, and writes the page', async () => {
    const page = join(folder, 'page.html');

    const { text, failures } = await run('works', { page, failIf: 'first-answer>1ms' });

    const [subject] = JSON.parse(text).subjects;
    expect(subject.measurement).toMatchObject({ invocations: 2, outcomes: { success: 2 } });
    expect(subject.reports).toMatchObject([
      { initDurationMs: expect.any(Number), observed: { round: 0, answeredMs: expect.any(Number) } },
      { observed: { round: 0 } },
    ]);
    expect(subject.reports[0].observed.cpuMs).toBeGreaterThan(subject.reports[1].observed.cpuMs);
    expect(subject.processes).toMatchObject([{ process: 'runtime', lives: 1 }]);
    expect(subject.processes[0].privateMB).toBeGreaterThan(5);
    expect(subject.phases).toMatchObject([
      { of: 'runtime', name: 'init' },
      { of: 'runtime', name: 'invoke' },
    ]);
    expect(readFileSync(page, 'utf8')).toContain('<h2>First answer</h2>');
    // One round says nothing for sure.
    expect(failures).toEqual([]);
  });

  it.each([
    ['crashes', 'Runtime.ExitError'],
    ['never-starts', 'no database'],
  ])('says of a function that %s what went wrong', async (name, reason) => {
    const { text } = await run(name, { json: false });

    expect(text).toContain(reason);
    expect(text).not.toContain('success');
  });

  it('fails the check of a function that fails in its warm invocations', async () => {
    const { failures } = await run('tires', { failIf: 'answer>60000ms' });

    expect(failures).toEqual([
      expect.stringContaining('none: An invocation failed: {"errorType":"Error","errorMessage":"no more"'),
    ]);
  });

  it('runs a function with tenant isolation as one tenant', async () => {
    const { text } = await run('works', { tenantIsolation: true });

    expect(JSON.parse(text).subjects[0].measurement.outcomes).toEqual({ success: 2 });
  });

  it('counts the CPU time of children that have ended, and nothing twice', async () => {
    const { text } = await run('spawns', { warm: 2 });

    const [, ...warm] = JSON.parse(text).subjects[0].reports;
    for (const { observed } of warm) expect(observed.cpuMs).toBeGreaterThan(100);
  });

  it('prints what it has after Ctrl-C in the middle of an invocation', async () => {
    await using command = await startCommand(
      ['measure', '--with', 'none', '--json', '--rounds', '10', '--warm', '0', '--precision', '0'],
      {
        'index.mjs': `import { appendFileSync } from 'node:fs';
          export const handler = () => new Promise((resolve) => setTimeout(resolve, 500, appendFileSync('calls', '.')))`,
      },
    );
    // The third: one warms up, one is the first round.
    await vi.waitUntil(
      () => readFileSync(join(command.folder, 'calls'), { encoding: 'utf8', flag: 'a+' }).length === 3,
      {
        timeout: 60_000,
        interval: 20,
      },
    );
    command.process.kill('SIGINT');

    const { status, output } = await command.ended;
    expect(status).toBe(0);
    expect(JSON.parse(output).conditions.endedBecause).toBe('it was interrupted');
  });

  it('ends when it is interrupted, and keeps what it has', async () => {
    const interruption = new AbortController();
    const written: string[] = [];
    const output = { push: (text: string) => written.push(text) && text.startsWith('Round 2') && interruption.abort() };

    const { text } = await run(
      'works',
      { rounds: 10, precision: 0 },
      { written: output as unknown as string[], signal: interruption.signal },
    );

    const { conditions, subjects } = JSON.parse(text);
    expect(conditions).toMatchObject({ rounds: 1, endedBecause: 'it was interrupted' });
    expect(subjects[0].measurement.invocations).toBe(2);
  });
});
