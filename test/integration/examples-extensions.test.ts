/** The extensions of `examples/` on the emulator, with servers of this machine in place of AWS and others. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import { startExample } from '../support/lambda/example.ts';
import { answerJson, aSecret, startAwsServer } from '../support/servers/aws-server.ts';
import { freePort } from '../support/servers/free-port.ts';
import { startHttpServer } from '../support/servers/http-server.ts';
import { decodeEventStream } from './emulator/decode-event-stream.ts';

const MB = 1_048_576;
const EXAMPLES = resolve(import.meta.dirname, '../../examples');
const CACHE = resolve(import.meta.dirname, '../../node_modules/.cache/go-extension');

it("'extensions': each module of the folder does its job beside the others", async () => {
  const sums: unknown[] = [];
  const minted: string[] = [];
  await using metrics = await startHttpServer(async (request, response) => {
    sums.push(JSON.parse(await text(request)));
    response.end();
  });
  await using login = await startHttpServer(async (request, response) => {
    minted.push(await text(request));
    response.end(JSON.stringify({ access_token: `token-${minted.length}`, expires_in: 3_600 }));
  });
  await using aws = await startAwsServer(({ operation, input }, response) =>
    operation === 'PutRecords'
      ? answerJson(response, 200, { Records: (input.Records as unknown[]).map(() => ({})) })
      : answerJson(response, 200, aSecret({ Name: String(input.SecretId), SecretString: '{"client_id":"me"}' })),
  );
  await using lambda = await startExample('extensions', {
    METRICS_URL: `http://127.0.0.1:${metrics.port}`,
    TOKEN_URL: `http://127.0.0.1:${login.port}`,
    AWS_ENDPOINT_URL: aws.url,
    TOKEN_PORT: String(await freePort()),
    CACHE_PORT: String(await freePort()),
    LOG_BUDGET_BYTES: '120',
    LOG_BUDGET_FILE: join(tmpdir(), `log-budget-${process.pid}`),
  });
  await lambda.warmUp();

  const first = await lambda.invoke({ order: 'apples', user: 'u-1' });
  const second = await lambda.invoke({ order: 'pears', user: 'u-1' });
  // Lambda delivers what was logged while the environment is awake.
  lambda.emulator.thaw();
  await lambda.emulator.untilLine(({ text }) => text.includes('It logs no more until the next hour'));
  lambda.emulator.freeze();
  const third = await lambda.invoke({ order: 'plums', user: 'u-2' });
  await lambda.emulator.shutdown();

  const lines = lambda.emulator.lines.map(({ text }) => text);
  const exposures = aws.calls.filter(({ operation }) => operation === 'PutRecords');
  expect([first, second, third].map((answer) => answer.json())).toEqual([
    { token: 'token-1', before: null },
    { token: 'token-1', before: 'apples' },
    { token: 'token-1', before: null },
  ]);
  expect(minted).toEqual(['grant_type=client_credentials&client_id=me']);
  expect(sums).toEqual([{ orders: 2 }]);
  expect(exposures.flatMap(({ input }) => (input.Records as { Data: string }[]).map(decoded))).toEqual([
    { time: expect.any(String), flag: 'checkout', variant: 'b', user: 'u-1' },
  ]);
  expect(lines).toContainEqual(expect.stringContaining(`Hello ${second.requestId}`));
  expect(lines).toContainEqual(expect.stringContaining('Goodbye: spindown'));
  expect(lines.filter((line) => /ERROR|hint/.test(line))).toEqual([]);
});

describe("'runtime-proxy' passes on byte for byte", () => {
  const startProxied = async (handler: string, port?: number) =>
    startExample(
      'runtime-proxy',
      {
        AWS_LAMBDA_EXEC_WRAPPER: join(EXAMPLES, 'runtime-proxy/wrapper'),
        RUNTIME_PROXY_PORT: String(port ?? (await freePort())),
      },
      { handler },
    );

  it('headers as long as those that the runtime may send, such as an error with its stack', async () => {
    const port = await freePort();
    await using lambda = await startProxied('handler.handler', port);
    await lambda.warmUp();
    lambda.emulator.thaw();

    const answer = await fetch(`http://127.0.0.1:${port}/2018-06-01/runtime/invocation/no-such-id/error`, {
      method: 'POST',
      body: '{}',
      headers: { 'lambda-runtime-function-xray-error-cause': 'x'.repeat(60 * 1024) },
    });

    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('InvalidRequestID');
  });

  it('events and answers of 6 MB, and errors', async () => {
    await using lambda = await startProxied('handler.handler');
    const echo = 'ä'.repeat((6 * MB - 40) / 2);

    const large = await lambda.invoke({ echo });
    const failed = await lambda.invoke({ fails: true });
    const tooLarge = await lambda.invoke({ bytes: 6 * MB + 1_000 });
    const after = await lambda.invoke({ echo: 'small' });

    expect(large.payload === JSON.stringify({ echo })).toBe(true);
    expect(failed.json()).toMatchObject({
      errorType: 'RangeError',
      errorMessage: 'as asked for',
      trace: expect.any(Array),
    });
    expect(tooLarge.json()).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
    expect(after.payload).toBe('{"echo":"small"}');
    expect(lambda.emulator.lines.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(
        `Invocation ${large.requestId}: ${large.payload.length + large.payload.split('ä').length - 1} bytes in, .* bytes out as response`,
      ),
    );
  });

  it('streamed answers as they come, with the trailers that report an error', async () => {
    await using lambda = await startProxied('handler.streams');
    const { origin } = new URL(lambda.emulator.invokeUrl);
    const stream = async (event: object) => {
      const url = `${origin}/2021-11-15/functions/function/response-streaming-invocations`;
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(event) });
      const events = decodeEventStream(Buffer.from(await response.arrayBuffer()));
      return events.map(({ headers, payload }) => [headers[':event-type'], payload.toString()]);
    };

    const whole = await stream({ parts: ['one', 'two', 'ö'] });
    const broken = await stream({ parts: ['one'], fails: true });

    expect(whole).toEqual([
      ['PayloadChunk', 'one'],
      ['PayloadChunk', 'two'],
      ['PayloadChunk', 'ö'],
      ['InvokeComplete', '{}'],
    ]);
    expect(broken).toEqual([
      ['PayloadChunk', 'one'],
      ['InvokeComplete', expect.stringContaining('in the middle')],
    ]);
  });
});

it("'middleware-timer', in the function's own process, tells how long each middleware took", async () => {
  await using lambda = await startExample('middleware-timer', {
    EXTENSIONS_INTERNAL: join(EXAMPLES, 'middleware-timer/internal/middleware-timer.cjs'),
  });

  const first = await lambda.invoke({ user: 'u-1' });
  const second = await lambda.invoke({ user: 'u-2' });

  const said = lambda.emulator.lines.flatMap(({ text }) => /\{"middlewareMs.*\}/.exec(text) ?? []);
  expect([first, second].map((answer) => answer.json())).toEqual([{ hello: 'u-1' }, { hello: 'u-2' }]);
  expect(said.map((line) => JSON.parse(line))).toEqual([
    { middlewareMs: { readUser: expect.any(Number), countUse: expect.any(Number) }, requestId: first.requestId },
    { middlewareMs: { readUser: expect.any(Number), countUse: expect.any(Number) }, requestId: second.requestId },
  ]);
  expect(JSON.parse(said[0] ?? '').middlewareMs.readUser).toBeGreaterThanOrEqual(4);
});

describe('extensions in other languages run as they are', () => {
  it.skipIf(spawnSync('python3', ['-c', 'import requests']).status !== 0)(
    "'python-extension', ten lines with the package requests",
    async () => {
      const lines = await lifeOf('python-extension', 'ten-lines', join(EXAMPLES, 'python-extension/ten-lines'));

      expect(lines).toEqual(['invoked', 'invoked', 'the end: spindown']);
    },
  );

  it.skipIf(spawnSync('go', ['version']).status !== 0)("'go-extension'", { timeout: 300_000 }, async () => {
    const binary = join(CACHE, 'go-extension');
    const source = join(EXAMPLES, 'go-extension/main.go');
    execFileSync('go', ['build', '-o', binary, source], {
      env: { ...process.env, CGO_ENABLED: '0' },
    });

    const lines = await lifeOf('go-extension', 'go-extension', binary);

    expect(lines).toEqual(['invoked', 'invoked', 'the end: spindown']);
  });
});

/** What an executable in `/opt/extensions` says of two invocations and the end, without their ids. */
async function lifeOf(example: string, name: string, executable: string): Promise<string[]> {
  const optDir = mkdtempSync(join(tmpdir(), 'opt-'));
  mkdirSync(join(optDir, 'extensions'));
  cpSync(executable, join(optDir, 'extensions', name));
  await using emulator = await startEmulator({
    functionDir: join(EXAMPLES, example),
    handler: 'handler.handler',
    optDir,
    timeoutMs: 30_000,
  });

  await emulator.invoke({ order: 1 });
  await emulator.invoke({ order: 2 });
  await emulator.untilPhase('idle');
  await emulator.shutdown();

  rmSync(optDir, { recursive: true });
  const ofExtension = emulator.lines.filter(({ source }) => source === 'extension' || source === 'hint');
  return ofExtension.map(({ text }) => text.replace(/invoked .*/, 'invoked'));
}

function decoded({ Data }: { Data: string }): unknown {
  return JSON.parse(Buffer.from(Data, 'base64').toString());
}
