import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { startHttpServer } from '../../../test/support/servers/http-server.ts';
import { defineInternalExtension, wholeNumber } from './index.ts';
import { type StartInternalOptions, startInternal } from './start-internal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'internal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const NOW = 1_700_000_000_000;
const invocation = { requestId: 'r', deadlineMs: NOW + 60_000 };

interface Starting extends Partial<Pick<StartInternalOptions, 'environment' | 'signal'>> {
  readonly name?: string;
}

function start(
  text: string,
  { name = 'timings.cjs', environment = {}, signal = new AbortController().signal }: Starting = {},
) {
  const file = join(folder, name);
  writeFileSync(file, text);
  const warned: string[] = [];
  const complained: string[] = [];
  const running = startInternal({
    file,
    environment,
    nowMs: () => NOW,
    warn: (line) => void warned.push(line),
    complain: (what, error) => void complained.push(`${what}: ${(error as Error).message}`),
    signal,
  });
  return { running, warned, complained };
}

const module = (init: string, more = '') =>
  `module.exports = { name: 'timings', settings: {}, ${more} init: ${init} };`;

describe('defineInternalExtension', () => {
  it('has the values of the settings, and signals for deadlines', () => {
    defineInternalExtension({
      name: 'timings',
      settings: { every: wholeNumber('EVERY', 1, 'Every.', { from: 1, to: 2 }) },
      init: ({ settings }) => {
        expectTypeOf(settings).toEqualTypeOf<{ readonly every: number }>();
        return {
          beforeInvoke({ requestId, deadlineMs }, { signal }) {
            expectTypeOf([requestId, deadlineMs, signal] as const).toEqualTypeOf<
              readonly [string, number, AbortSignal]
            >();
          },
        };
      },
    });
  });

  it('refuses SHUTDOWN, which Lambda does not send here', () => {
    defineInternalExtension({
      name: 'timings',
      settings: {},
      // @ts-expect-error: an internal extension has no shutdown
      init: () => ({ shutdown() {} }),
    });
  });
});

describe('startInternal', () => {
  it('calls the handlers around the invocation, with what is known of it', async () => {
    const seen = 'globalThis.seenOfInternal = [];';
    const push = (what: string) =>
      `(invocation, { signal }) => seenOfInternal.push(['${what}', invocation.requestId, signal.aborted])`;
    const { running } = start(
      `${seen}${module(`() => ({ beforeInvoke: ${push('before')}, afterInvoke: ${push('after')} })`)}`,
    );

    const { beforeInvoke, afterInvoke } = await running;
    await beforeInvoke(invocation);
    await afterInvoke(invocation);

    expect((globalThis as { seenOfInternal?: unknown }).seenOfInternal).toEqual([
      ['before', 'r', false],
      ['after', 'r', false],
    ]);
  });

  it('runs the file and its init before it returns, so before the function', () => {
    const { running } = start(`globalThis.ranAtOnce = []; ${module("() => { globalThis.ranAtOnce.push('init'); }")}`);

    expect((globalThis as { ranAtOnce?: unknown }).ranAtOnce).toEqual(['init']);
    return running;
  });

  it('takes an ES module', async () => {
    const { running } = start("export default { name: 'timings', settings: {}, async init() { return {}; } };", {
      name: 'timings.mjs',
    });

    await expect(running).resolves.toBeDefined();
  });

  it('does not register where the function has gone on without it: Lambda would wait for it at each invocation', async () => {
    await using lambda = await startHttpServer((request, response) => {
      asked.push(request.url);
      response.writeHead(200, { 'lambda-extension-identifier': 'id' }).end();
    });
    const asked: unknown[] = [];
    const late = new AbortController();
    const { running } = start(module('() => new Promise((resolve) => setTimeout(resolve, 20))', 'register: true,'), {
      environment: { AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${lambda.port}` },
      signal: late.signal,
    });

    late.abort(new Error('it took longer than 5 s'));

    await expect(running).rejects.toThrow('it took longer than 5 s');
    expect(asked).toEqual([]);
  });

  it('warns of a wrong value, in the name of the extension', async () => {
    const settings =
      "{ variable: 'EVERY', fallback: 1, purpose: '', expected: 'a number', read: () => ({ value: 1, isValid: false }) }";
    const { running, warned } = start(
      `module.exports = { name: 'timings', settings: { every: ${settings} }, init() {} };`,
      {
        environment: { EVERY: 'x' },
      },
    );
    await running;

    expect(warned).toEqual(['[timings] WARN EVERY is "x": expected a number. Using 1.']);
  });

  it('complains of an error once, and of time that is over, and goes on', async () => {
    const { running, complained } = start(
      module(
        "() => ({ boundMs: 10, beforeInvoke() { throw new Error('broken'); }, afterInvoke: () => new Promise(() => {}) })",
      ),
    );
    const { beforeInvoke, afterInvoke } = await running;

    for (let times = 0; times < 2; times++) {
      await beforeInvoke(invocation);
      await afterInvoke(invocation);
    }

    expect(complained).toEqual([
      'timings/beforeInvoke failed: broken',
      'timings/afterInvoke is not waited for: it took longer than 10 ms',
    ]);
  });

  it('waits until 100 ms before the deadline of the function at most', async () => {
    const { running, complained } = start(module('() => ({ beforeInvoke: () => new Promise(() => {}) })'));

    await (await running).beforeInvoke({ requestId: 'r', deadlineMs: NOW + 107 });

    expect(complained).toEqual(['timings/beforeInvoke is not waited for: it took longer than 7 ms']);
  });

  it.each<[string, string, string, string]>([
    ['TypeScript', 'a.ts', '', 'it is TypeScript. Build it to JavaScript first'],
    ['no extension', 'a.cjs', 'module.exports = 1;', 'its default export is no internal extension'],
    ['no name', 'a.cjs', 'module.exports = { settings: {}, init() {} };', 'no extension may be called undefined'],
    [
      'a built-in name',
      'a.cjs',
      "module.exports = { name: 'secrets', settings: {}, init() {} };",
      'the extension secrets is built in',
    ],
    ['no settings', 'a.cjs', "module.exports = { name: 'a', init() {} };", '"settings" is missing: {} has none'],
    [
      'shutdown as a handler',
      'a.cjs',
      module('() => ({ shutdown() {} })'),
      'Lambda sends no SHUTDOWN to an internal extension. Move',
    ],
    [
      'shutdown as a field',
      'a.cjs',
      module('() => ({})', 'shutdown() {},'),
      'Lambda sends no SHUTDOWN to an internal extension. Move',
    ],
    [
      'a subscription',
      'a.cjs',
      module('() => ({})', "subscribesTo: ['function'],"),
      '"subscribesTo" is for extensions of',
    ],
  ])('refuses a file with %s, and says why', async (_what, name, text, message) => {
    await expect(start(text, { name }).running).rejects.toThrow(message);
  });
});
