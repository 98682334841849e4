/** The preload in the function's own process, with AWS's unmodified runtime client. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePreload } from '../../scripts/bundle-preload.ts';
import { tagOf } from '../../scripts/image.ts';
import { parts } from '../fixtures/preload/parts.ts';
import { type FunctionOptions, startFunction } from '../support/docker/container-function.ts';
import { runToEnd } from '../support/docker/container-run.ts';
import { NODE_22_BASE } from '../support/docker/images.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = '/opt/lambda-node-extended';
const extension = {
  '/opt/extensions/tells-preload.mjs': resolve(ROOT, 'test/fixtures/extensions/tells-preload.mjs'),
  '/opt/extensions/smallest.mjs': resolve(ROOT, 'test/fixtures/extensions/smallest.mjs'),
};

let files: Record<string, string>;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'preload-'));
  await bundlePreload(ROOT, 'test/fixtures/preload/main.ts', parts, folder);
  const names = ['preload.cjs', 'preload-parts'];
  files = Object.fromEntries(names.map((name) => [`${FOLDER}/${name}`, join(folder, name)]));
});
afterAll(() => rmSync(folder, { recursive: true }));

const start = ({ executables, ...options }: Omit<FunctionOptions, 'fixture'>) =>
  startFunction({ fixture: 'tells-preload', executables: { ...files, ...executables }, ...options });

const NODE_OPTIONS = '--enable-source-maps --max-http-header-size=20000';
const without = { nodeOptions: NODE_OPTIONS, hasHooks: false };

describe.each([
  { image: tagOf('extended'), on: 'AWS’s emulator', isGivenToExtensions: true },
  // AWS's client 3, of Node.js 22, takes the request of Node.js at each call, so it stays wrapped.
  {
    image: tagOf('extended', NODE_22_BASE),
    on: 'AWS’s emulator, with Node 22',
    isGivenToExtensions: true,
    wrapsRequest: true,
  },
  { image: tagOf('extended-separate'), on: 'AWS’s emulator, in the separate layout', isGivenToExtensions: true },
  { image: tagOf('dev'), on: 'our emulator, as on Lambda', isGivenToExtensions: false },
])('on $on', ({ image, isGivenToExtensions: hasLoaded, wrapsRequest = false }) => {
  it.each([
    { client: 'the runtime client', environment: {}, isRequestNodes: true },
    {
      client: 'its alternative client',
      environment: { AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true' },
      isRequestNodes: !wrapsRequest,
    },
  ])(
    'calls hooks around each invocation of $client, and leaves no other trace',
    async ({ environment, isRequestNodes }) => {
      await using container = await start({ image, environment: { ...environment, TEST_RECORDER: '1', NODE_OPTIONS } });

      const first = (await container.invoke()).body as Seen;
      const second = (await container.invoke()).body as Seen;

      const [one, other] = [first, second].map(({ requestId }) => ({ requestId, deadlineMs: expect.any(Number) }));
      expect(second).toEqual({
        requestId: expect.not.stringMatching(first.requestId),
        deadlineMs: expect.any(Number),
        recorded: [`started with NODE_OPTIONS ${NODE_OPTIONS}`, {}, { begun: one }, { ended: one }, { begun: other }],
        begunHere: [first.requestId, second.requestId],
        function: { nodeOptions: NODE_OPTIONS, hasHooks: true },
        child: without,
        worker: without,
        workerWithEnvironment: without,
        isDlopenNodes: true,
        isRequestNodes,
      });
      expect(Math.abs((second.recorded?.at(-1)?.begun?.deadlineMs ?? 0) - second.deadlineMs)).toBeLessThan(500);
    },
  );

  it('is not there where no part is on', async () => {
    await using container = await start({ image, environment: { NODE_OPTIONS } });

    const { body } = await container.invoke();

    expect(body).toMatchObject({ recorded: null, function: without, child: without, worker: without });
  });

  it('does nothing in an extension that runs on Node.js, and takes itself out of its options', async () => {
    await using container = await start({
      image,
      executables: extension,
      environment: { TEST_RECORDER: '1', NODE_OPTIONS: '--enable-source-maps' },
    });

    await container.invoke();

    const seen = JSON.stringify({ hasLoaded, nodeOptions: '--enable-source-maps', hasHooks: false });
    await container.writes(new RegExp(`extension sees ${seen}`));
  });
});

it.each([{ args: [] }, { args: ['index.handler', 'more'] }])(
  'refuses the arguments $args as its base does, with status 142',
  ({ args }) => {
    const { status, stderr } = runToEnd({ image: tagOf('extended'), args });

    expect({ status, stderr }).toEqual({
      status: 142,
      stderr: 'entrypoint requires the handler name to be the first argument',
    });
  },
);

it('leaves AWS_LAMBDA_EXEC_WRAPPER to others: the wrapper gets the command of the interpreter', () => {
  const environment = { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9', AWS_LAMBDA_EXEC_WRAPPER: '/usr/bin/echo' };

  const { stdout } = runToEnd({ image: tagOf('extended'), args: ['index.handler'], environment });

  expect(stdout).toMatch(/^\/var\/lang\/bin\/node .*\/var\/runtime\/index\.mjs$/);
});

/** What test/fixtures/functions/tells-preload answers. */
interface Seen {
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly recorded: { begun?: { deadlineMs: number } }[] | null;
}
