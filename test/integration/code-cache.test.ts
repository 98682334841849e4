import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { optFolder, separateOptFolder } from '../support/lambda/host-process.ts';
import { copyOpt } from '../support/lambda/opt-copy.ts';
import { startSecrets } from '../support/lambda/secrets-extension.ts';
import { answerJson } from '../support/servers/aws-server.ts';

const source = resolve(import.meta.dirname, '../../extensions/host/code-cache/read.ts');
const compiler = resolve(import.meta.dirname, '../../extensions/host/services/compiler.ts');

/** Whether V8 refused any of the caches, asked in a process that is started as the host is. */
function wasRejected(folder: string, name = 'aws-sdk', before = ''): string {
  const bundle = join(folder, `lambda-node-extended/${name}.cjs`);
  const program = `import { loadedBundles, loadWithCodeCache, loadWithin } from ${JSON.stringify(source)};
    ${before}
    loadWithCodeCache(${JSON.stringify(bundle)});
    const outcomes = [...loadedBundles.values()].map(({ script }) => script.cachedDataRejected);
    console.log([...new Set(outcomes)].join());`;
  const flags = ['--max-semi-space-size=1', '--input-type=module', '--eval', program];
  return execFileSync(process.execPath, flags, { encoding: 'utf8' }).trim();
}

it.each([
  ['combined', optFolder],
  ['separate', separateOptFolder],
])('V8 takes the code that the build kept of the AWS SDK, in the %s layout', (_layout, folder) => {
  expect(wasRejected(folder)).toBe('false');
});

it.each(['insights', 'flag-rules', 're2'])('V8 takes the code that the build kept of %s', (name) => {
  expect(wasRejected(optFolder, name)).toBe('false');
});

it.each(['expectFewRuns', 'saveMemory'] as const)(
  'V8 still takes it after %s, since each load has the usual flags',
  (change) => {
    const changed = (within: string) => `const { compilerOfThisProcess } = await import(${JSON.stringify(compiler)});
    globalThis.setTimeout = (callback) => (callback(), { unref: () => undefined });
    compilerOfThisProcess(${within}).${change}();`;

    expect(wasRejected(optFolder, 'insights', changed('loadWithin'))).toBe('false');
    expect(wasRejected(optFolder, 'insights', changed('() => undefined'))).toBe('true');
  },
);

it.each<[string, (file: string) => void]>([
  ['is missing', (file) => rmSync(file)],
  ['is of another version', (file) => writeFileSync(file, 'no code at all, but as long as the head of a cache is')],
  ['is cut off', (file) => writeFileSync(file, new Uint8Array(statSync(file).size / 2))],
])('the AWS SDK still loads, without a log line, when that code %s', async (_case, spoil) => {
  using opt = copyOpt();
  spoil(join(opt.folder, 'lambda-node-extended/aws-sdk.cjs.cache'));
  await using lambda = await startSecrets({
    launcher: opt.launcher,
    answer: (_call, response) => answerJson(response, 200, { Parameters: [] }),
  });

  // Single values are read without the SDK.
  expect(await lambda.read('/systemsmanager/parameters/path?path=/app')).toMatchObject({ status: 200 });
  expect(lambda.host.output).toBe('');
});

it.each([
  ['cannot be run', 'throw new Error("spoilt");'],
  ['cannot be called', 'exports.createClientOptions = () => { throw new Error("spoilt"); };'],
])('the build that keeps the code fails when the AWS SDK %s', (_case, code) => {
  using opt = copyOpt();
  const folder = join(opt.folder, 'lambda-node-extended');
  writeFileSync(join(folder, 'aws-sdk.cjs'), code);

  const { status, stdout } = spawnSync(process.execPath, [join(folder, 'host.cjs'), '--write-code-cache'], {
    encoding: 'utf8',
    timeout: 10_000,
  });

  expect([status, stdout]).toEqual([1, expect.stringMatching(/--write-code-cache failed: .*spoilt/)]);
});

it('a new Node.js compiles and keeps the code again', () => {
  using opt = copyOpt();
  const folder = join(opt.folder, 'lambda-node-extended');
  rmSync(join(folder, 'aws-sdk.cjs.cache'));

  execFileSync(process.execPath, [join(folder, 'host.cjs'), '--write-code-cache']);

  expect(wasRejected(opt.folder)).toBe('false');
});
