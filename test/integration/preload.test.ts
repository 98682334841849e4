import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../emulator/index.ts';
import { hasEntrypoint, type OptWithPreload, optWithPreload } from '../support/lambda/opt-with-preload.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

let opt: OptWithPreload;
beforeAll(async () => {
  opt = await optWithPreload();
});
afterAll(() => opt[Symbol.dispose]());

describe.skipIf(!hasEntrypoint)('the entry point', () => {
  it.each([
    { why: 'its variable is not set', environment: {} },
    { why: 'its variable says false', environment: { TEST_RECORDER: 'false' } },
    { why: 'its variable has another word', environment: { TEST_FAILING: 'elsewhere' } },
  ])('leaves NODE_OPTIONS byte for byte as it is where no part is on, because $why', async ({ environment }) => {
    const options = [{}, { NODE_OPTIONS: '' }, { NODE_OPTIONS: ' --x  "y" ' }];

    const seen = await Promise.all(options.map((option) => run(PRINTS_OPTIONS, { ...environment, ...option })));

    expect(seen.map(({ stdout }) => stdout)).toEqual(['unset\n', '\n', ' --x  "y" \n']);
  });

  it('puts the preload before the options of the user where a part is on', async () => {
    const { stdout } = await run(PRINTS_OPTIONS, { TEST_RECORDER: '1', NODE_OPTIONS: '--enable-source-maps' });

    expect(stdout).toBe(`--require "${opt.preload}" --enable-source-maps\n`);
  });

  it.each([
    ['is not there', (preload: string) => rmSync(preload)],
    ['may not be read', (preload: string) => chmodSync(preload, 0)],
  ])('starts the command without a preload that %s, and says so', async (_how, spoil) => {
    using incomplete = await optWithPreload();
    spoil(incomplete.preload);
    // Root may read every file.
    chmodSync(incomplete.folder, 0o755);
    const user = process.getuid?.() === 0 ? { uid: NOBODY } : {};

    const { stdout } = await run(PRINTS_OPTIONS, { TEST_RECORDER: '1' }, incomplete.entrypoint, user);

    expect(stdout).toMatch(
      /^\[entrypoint\] WARN Cannot read \/.*\/preload\.cjs: .*\. The function starts without it\.\nunset\n$/,
    );
  });

  it('becomes the command, with its arguments, its environment and its status', async () => {
    const ended = await run(['/bin/sh', '-c', 'echo $$ "$1" "$OTHER"; exit 7', 'sh', 'an argument'], { OTHER: 'kept' });

    expect(ended).toEqual({ pid: ended.pid, status: 7, stdout: `${ended.pid} an argument kept\n` });
  });

  it.each([
    { command: ['/nowhere'], status: 127, says: /^\[entrypoint\] ERROR Cannot start \/nowhere: No such file/ },
    {
      command: ['/etc/passwd'],
      status: 126,
      says: /^\[entrypoint\] ERROR Cannot start \/etc\/passwd: Permission/,
    },
    {
      command: [],
      status: 126,
      says: /^\[entrypoint\] ERROR No command to run\. Add one to ENTRYPOINT, such as \/lambda-entrypoint\.sh\.\n$/,
    },
  ])('ends with $status and a reason for the command $command', async ({ command, status, says }) => {
    expect(await run(command, {})).toMatchObject({ status, stdout: expect.stringMatching(says) });
  });

  it('leaves a process alone that is no runtime client; the preload takes itself out there', async () => {
    const environment = { TEST_RECORDER: '1', NODE_OPTIONS: '--enable-source-maps' };

    const { stdout } = await run([process.execPath, fixture('preload/tool.cjs')], environment);

    expect(JSON.parse(stdout)).toEqual({
      modules: [opt.preload, fixture('preload/tool.cjs')],
      nodeOptions: '--enable-source-maps',
      hasHooks: false,
      hasStarted: false,
    });
  });
});

describe.skipIf(!hasEntrypoint)('the preload on the emulator without Docker', () => {
  it('calls hooks of parts and of the function around each invocation, with its request and its deadline', async () => {
    const { answers } = await invoke({ environment: { TEST_RECORDER: '1' } }, 3);

    const [first, second, third] = answers.map(({ requestId }) => ({ requestId, deadlineMs: expect.any(Number) }));
    const [, , { recorded, begunHere, deadlineMs }] = answers as [unknown, unknown, Seen];
    expect(recorded).toEqual([
      'started with NODE_OPTIONS undefined',
      {},
      { begun: first },
      { ended: first },
      { begun: second },
      { ended: second },
      { begun: third },
    ]);
    expect(begunHere).toEqual(answers.map(({ requestId }) => requestId));
    expect(Math.abs((recorded?.at(-1)?.begun?.deadlineMs ?? 0) - deadlineMs)).toBeLessThan(100);
  });

  it('leaves the options of the user to the function, and nothing of itself to children and workers', async () => {
    const NODE_OPTIONS = '--enable-source-maps --max-http-header-size=20000';

    const { answers } = await invoke({ environment: { TEST_RECORDER: '1', NODE_OPTIONS } });

    const without = { nodeOptions: NODE_OPTIONS, hasHooks: false };
    expect(answers[0]).toMatchObject({
      recorded: expect.arrayContaining([`started with NODE_OPTIONS ${NODE_OPTIONS}`]),
      function: { nodeOptions: NODE_OPTIONS, hasHooks: true },
      child: without,
      worker: without,
      workerWithEnvironment: without,
    });
  });

  it('is not there where no part is on', async () => {
    const { answers } = await invoke({ environment: { TEST_RECORDER: 'false' } });

    const without = { nodeOptions: null, hasHooks: false };
    expect(answers[0]).toMatchObject({ recorded: null, function: without, child: without, worker: without });
  });

  it('is not there on managed instances, where AWS’s client serves from worker threads', async () => {
    const { answers } = await invoke({
      initializationType: 'lambda-managed-instances',
      environment: { TEST_RECORDER: '1' },
    });

    expect(answers[0]).toMatchObject({ recorded: null, function: { nodeOptions: null, hasHooks: false } });
  });

  it('costs no invocation when a hook fails, and says so in the log of the function', async () => {
    const { answers, lines } = await invoke({ environment: { TEST_RECORDER: '1', TEST_FAILING: 'in-hooks' } }, 2);

    expect(answers.map(({ recorded }) => recorded?.length)).toEqual([3, 5]);
    const complaints = lines.filter((line) => line.includes('[preload] ERROR'));
    const shown = (what: string) => `[preload] ERROR ${what}. The function goes on without it: Error: as told`;
    const before = shown('a hook before the next invocation failed');
    const after = shown('a hook after the start of an invocation failed');
    const ofFirst = [before, after, before, after];
    expect(complaints.slice(0, 4).map((line) => line.split('\n')[0]?.split('\t').at(-1))).toEqual(ofFirst);
  });

  it('costs no invocation when a part does not start', async () => {
    const { answers, lines } = await invoke({ environment: { TEST_RECORDER: '1', TEST_FAILING: 'at-start' } });

    expect(answers[0]).toMatchObject({ function: { hasHooks: true } });
    expect(lines.join('\n')).toContain(
      '[preload] ERROR failing does not start. The function goes on without it: Error: as told',
    );
  });

  it('is given to another runtime command, too', async () => {
    await using emulator = await startEmulator({
      functionDir: fixture('functions/answers'),
      optDir: opt.folder,
      runtimeCommand: [...PRINTS_OPTIONS.slice(0, 2), `${PRINTS_OPTIONS[2]}; exec sleep 1000`],
      environment: { TEST_RECORDER: '1', NODE_OPTIONS: '--enable-source-maps' },
    });

    void emulator.init();

    const line = await emulator.untilLine(({ text }) => text.includes('--require'));
    const atOpt = '--require /opt/lambda-node-extended/preload.cjs --enable-source-maps';
    const elsewhere = `--require "${opt.preload}" --enable-source-maps`;
    expect(line.text).toBeOneOf([atOpt, elsewhere]);
  });
});

/** What test/fixtures/functions/tells-preload answers. */
interface Seen {
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly recorded: { begun?: { deadlineMs: number } }[] | null;
  readonly begunHere: string[];
}

async function invoke(options: Partial<EmulatorOptions>, times = 1): Promise<{ answers: Seen[]; lines: string[] }> {
  await using emulator = await startEmulator({
    functionDir: fixture('functions/tells-preload'),
    optDir: opt.folder,
    timeoutMs: 20_000,
    ...options,
  });
  const answers: Seen[] = [];
  for (let count = 1; count <= times; count++) answers.push((await emulator.invoke()).json());
  return { answers, lines: emulator.lines.map((line) => line.text) };
}

const PRINTS_OPTIONS = ['/bin/sh', '-c', 'printenv NODE_OPTIONS || echo unset'];

const NOBODY = 65_534;

async function run(
  command: string[],
  environment: Record<string, string>,
  program = opt.entrypoint,
  user: { uid?: number } = {},
) {
  const child = execFile(program, command, { env: environment, ...user });
  const stdout = text(child.stdout as NodeJS.ReadableStream);
  const [status] = await once(child, 'close');
  return { pid: child.pid, status, stdout: await stdout };
}
