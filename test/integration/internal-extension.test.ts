import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../emulator/index.ts';
import { parts } from '../../extensions/preload/parts.ts';
import { hasEntrypoint, type OptWithPreload, optWithPreload } from '../support/lambda/opt-with-preload.ts';

const TIMINGS = fileURLToPath(new URL('../fixtures/internal/timings.cjs', import.meta.url));

let opt: OptWithPreload;
let folder: string;
beforeAll(async () => {
  opt = await optWithPreload('extensions/preload/main.ts', parts);
  folder = mkdtempSync(join(tmpdir(), 'internal-function-'));
  writeFileSync(
    join(folder, 'index.mjs'),
    `const atLoad = [...(globalThis.seen ?? [])];
     const answer = (requestId) => JSON.stringify({ requestId, atLoad, seen: globalThis.seen ?? [] });
     export const handler = async (event, { awsRequestId }) => JSON.parse(answer(awsRequestId));
     export const streams = awslambda.streamifyResponse(async (event, stream, { awsRequestId }) => {
       stream.write(answer(awsRequestId));
       await new Promise((resolve) => setTimeout(resolve, 20));
       globalThis.seen.push('stream ends');
       stream.end();
     });`,
  );
});
afterAll(() => {
  opt[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!hasEntrypoint)('an internal extension on the emulator', () => {
  it.each([
    ['without registration', '0'],
    ['with registration', '1'],
  ])('runs before the function, and around each invocation: %s', async (_how, TIMINGS_REGISTER) => {
    const { answers } = await invoke({ EXTENSIONS_INTERNAL: TIMINGS, TIMINGS_REGISTER });

    const [first, second] = answers as [Seen, Seen];
    expect(first).toMatchObject({ atLoad: ['init'], seen: ['init', `before ${first.requestId}`] });
    expect(second.seen).toEqual([
      'init',
      `before ${first.requestId}`,
      `after ${first.requestId}`,
      `before ${second.requestId}`,
    ]);
  });

  it('takes a place among the extensions only where it registers', async () => {
    const unregistered = await invoke({ EXTENSIONS_INTERNAL: TIMINGS }, { times: 1 });
    const registered = await invoke({ EXTENSIONS_INTERNAL: TIMINGS, TIMINGS_REGISTER: '1' }, { times: 1 });

    expect(unregistered.listed).toEqual([]);
    expect(registered.listed).toEqual([{ name: 'timings', state: 'Ready', events: ['INVOKE'] }]);
  });

  it('calls afterInvoke when a streamed answer has ended', async () => {
    const { answers } = await invoke({ EXTENSIONS_INTERNAL: TIMINGS }, { handler: 'index.streams' });

    const [first, second] = answers as [Seen, Seen];
    expect(second.seen.slice(1, 4)).toEqual([`before ${first.requestId}`, 'stream ends', `after ${first.requestId}`]);
  });

  it('keeps no invocation longer than its bound, and says so once', async () => {
    const { answers, lines } = await invoke({ EXTENSIONS_INTERNAL: TIMINGS, TIMINGS_SLOW: 'true' });

    const [, second] = answers as [Seen, Seen];
    expect(second.seen).toEqual(['init', expect.stringMatching(/^after /)]);
    expect(lines.match(/timings\/beforeInvoke is not waited for.*it took longer than 50 ms/g)?.length).toBe(1);
  });

  it('is loaded and registered before the snapshot of SnapStart, and runs in the restored environment', async () => {
    const { answers, listed } = await invoke(
      { EXTENSIONS_INTERNAL: TIMINGS, TIMINGS_REGISTER: '1' },
      { initializationType: 'snap-start' },
    );

    const [first, second] = answers as [Seen, Seen];
    expect(first).toMatchObject({ atLoad: ['init'], seen: ['init', `before ${first.requestId}`] });
    expect(second.seen).toContain(`after ${first.requestId}`);
    expect(listed).toEqual([{ name: 'timings', state: 'Ready', events: ['INVOKE'] }]);
  });

  it('that cannot start costs one line, and neither the function nor the others', async () => {
    const broken = join(folder, 'broken.cjs');
    writeFileSync(broken, "module.exports = { name: 'broken', settings: {}, init: () => ({ shutdown() {} }) };");

    const { answers, lines } = await invoke({ EXTENSIONS_INTERNAL: `${broken}, ${TIMINGS}` }, { times: 1 });

    expect(answers[0]).toMatchObject({ atLoad: ['init'] });
    expect(lines).toContain(`the internal extension ${broken} does not start`);
    expect(lines).toContain('Lambda sends no SHUTDOWN to an internal extension.');
  });
});

interface Seen {
  readonly requestId: string;
  readonly atLoad: readonly string[];
  readonly seen: readonly string[];
}

async function invoke(
  environment: Record<string, string>,
  { times = 2, ...options }: Partial<EmulatorOptions> & { times?: number } = {},
) {
  await using emulator = await startEmulator({
    functionDir: folder,
    optDir: opt.folder,
    timeoutMs: 20_000,
    environment,
    ...options,
  });
  const answers: Seen[] = [];
  for (let count = 1; count <= times; count++) answers.push((await emulator.invoke()).json());
  return {
    answers,
    lines: emulator.lines.map((line) => line.text).join('\n'),
    listed: emulator.telemetry.records.flatMap(({ type, record }) => (type === 'platform.extension' ? [record] : [])),
  };
}
