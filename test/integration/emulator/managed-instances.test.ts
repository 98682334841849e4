import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { decodeEventStream } from './decode-event-stream.ts';
import { requestIdOf, SLEEPS, setStage, until } from './stage.ts';

const managed = { initializationType: 'lambda-managed-instances' } as const;

describe('managed instances', () => {
  it('initialise at start, and tell processes their kind and how much runs at once', async () => {
    await using stage = await setStage({
      ...managed,
      concurrency: 7,
      handler:
        'export const handler = () => [process.env.AWS_LAMBDA_INITIALIZATION_TYPE, process.env.AWS_LAMBDA_MAX_CONCURRENCY]',
    });

    await stage.emulator.untilPhase('idle');

    expect((await stage.emulator.invoke()).json()).toEqual(['lambda-managed-instances', '7']);
  });

  it.each([
    ['an external extension that asks for INVOKE', 'mine', '{"events":["INVOKE"]}', 'INVOKE: ErrorInvalidEventType'],
    [
      'an internal one that asks for any event',
      'inner',
      '{"events":["INVOKE"]}',
      'No events allowed for internal extensions',
    ],
  ])('refuse %s', async (_what, name, body, errorMessage) => {
    await using stage = await setStage({ ...managed, extensions: { mine: SLEEPS } });

    const answer = await stage.call('POST', '/2020-01-01/extension/register', { 'Lambda-Extension-Name': name }, body);

    expect(answer.status).toBe(403);
    expect(answer.body).toBe(`{"errorMessage":"${errorMessage}","errorType":"Extension.InvalidEventType"}`);
  });

  it('take an external extension for SHUTDOWN, and an internal one without events', async () => {
    await using stage = await setStage({ ...managed, extensions: { mine: SLEEPS } });

    expect(await stage.register('mine', ['SHUTDOWN'])).toMatch(/^[0-9a-f-]{36}$/);
    expect(await stage.register('inner', [])).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('run invocations side by side, and never freeze', async () => {
    await using stage = await setStage({
      ...managed,
      concurrency: 4,
      environment: { AWS_LAMBDA_NODEJS_WORKER_COUNT: '1' },
      handler: `
        let open = 0;
        let release;
        const allIn = new Promise((resolve) => { release = resolve; });
        export const handler = async (event) => {
          console.log('in', event);
          if (++open === 4) release();
          await allIn;
          return event;
        };`,
    });

    const results = await Promise.all([1, 2, 3, 4].map((event) => stage.emulator.invoke(event)));
    await stage.emulator.untilPhase('idle');

    expect(results.map(({ payload }) => payload)).toEqual(['1', '2', '3', '4']);
    expect(stage.emulator.isFrozen).toBe(false);
    const logged = stage.emulator.lines
      .filter(({ source }) => source === 'function')
      .map(({ text }) => JSON.parse(text));
    expect(new Set(logged.map(({ requestId }) => requestId))).toEqual(
      new Set(results.map(({ requestId }) => requestId)),
    );
  });

  it('run them in several threads, of which each has its own modules and variables', async () => {
    await using stage = await setStage({
      ...managed,
      concurrency: 2,
      environment: { AWS_LAMBDA_NODEJS_WORKER_COUNT: '2' },
      handler: `
        import { threadId } from 'node:worker_threads';
        process.env.MINE = String(threadId);
        let calls = 0;
        export const handler = async () => ({ threadId, mine: process.env.MINE, calls: ++calls });`,
    });
    await until(() => stage.emulator.timeline.filter(({ name }) => name === 'runtime-next').length === 2);

    const results = await Promise.all([1, 2].map((event) => stage.emulator.invoke(event)));

    const answers = results.map((result) => result.json() as { threadId: number; mine: string; calls: number });
    expect(new Set(answers.map(({ threadId }) => threadId)).size).toBe(2);
    for (const { threadId, mine, calls } of answers) expect([mine, calls]).toEqual([String(threadId), 1]);
  });

  it('keep the lines of threads whole that log much at once', async () => {
    await using stage = await setStage({
      ...managed,
      concurrency: 4,
      timeoutMs: 600_000,
      environment: { AWS_LAMBDA_NODEJS_WORKER_COUNT: '4' },
      handler: `
        export const handler = async (letter) => {
          for (let line = 0; line < 20; line++) console.log(letter.repeat(200_000));
        };`,
    });

    await Promise.all(['a', 'b', 'c', 'd'].map((letter) => stage.emulator.invoke(letter)));
    await stage.emulator.untilPhase('idle');

    const messages = stage.emulator.lines.flatMap(({ source, text }) =>
      source === 'function' ? [JSON.parse(text).message] : [],
    );
    const counts = ['a', 'b', 'c', 'd'].map(
      (letter) => messages.filter((one) => one === letter.repeat(200_000)).length,
    );
    expect(counts).toEqual([20, 20, 20, 20]);
  });

  it('go on without a thread that ends, and say so', async () => {
    await using stage = await setStage({
      ...managed,
      concurrency: 2,
      timeoutMs: 600_000,
      environment: { AWS_LAMBDA_NODEJS_WORKER_COUNT: '2' },
      handler: `
        export const handler = (event) => {
          if (event !== 'end') return event;
          setImmediate(() => { throw new Error('too late'); });
          return new Promise(() => {});
        };`,
    });

    void stage.emulator.invoke('end');
    await stage.emulator.untilLine(({ text }) => text.startsWith('A thread of the runtime ended with status 1'));
    const result = await stage.emulator.invoke('works');

    expect(result.payload).toBe('"works"');
    expect(stage.emulator.lines.map(({ text }) => text)).toContain('Error: too late');
  });

  it('give 90 minutes to an invocation that nobody waits for, and 15 to a caller who waits', async () => {
    await using stage = await setStage({
      ...managed,
      timeoutMs: 5_400_000,
      handler: 'export const handler = (event, context) => console.log(event, context.getRemainingTimeInMillis())',
    });
    const minutesOf = async (event: string) => {
      const line = await stage.emulator.untilLine(({ source, text }) => source === 'function' && text.includes(event));
      const { message } = JSON.parse(line.text);
      return Math.round(Number(message.split(' ').at(-1)) / 60_000);
    };

    await stage.emulator.invoke('nobody waits', { kind: 'Event' });
    await stage.emulator.invoke('a caller waits');

    expect([await minutesOf('nobody waits'), await minutesOf('a caller waits')]).toEqual([90, 15]);
  });

  it('send no runtimeDone, and a report with nothing but the duration', async () => {
    await using stage = await setStage({ ...managed, handler: 'export const handler = () => 1' });

    await stage.emulator.invoke();
    const report = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.report');

    expect(report.record).toMatchObject({
      metrics: { durationMs: expect.any(Number) },
      spans: [{ name: 'responseLatency' }, { name: 'responseDuration' }],
    });
    expect(Object.keys((report.record as { metrics: object }).metrics)).toEqual(['durationMs']);
    expect(stage.emulator.telemetry.records.map(({ type }) => type)).not.toContain('platform.runtimeDone');
  });

  it('report the error that the runtime posts, with the type if Lambda knows such types', async () => {
    await using stage = await setStage({ ...managed });
    const work = stage.runtimeNext();
    void stage.emulator.invoke();
    const path = `/2018-06-01/runtime/invocation/${requestIdOf(await work)}/error`;

    await stage.call('POST', path, { 'Lambda-Runtime-Function-Error-Type': 'RangeError' }, '{}');
    const report = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.report');

    expect(report.record).toMatchObject({
      status: 'error',
      errorType: 'Runtime.Unknown',
      spans: [{ name: 'responseLatency' }, { name: 'responseDuration' }],
    });
  });

  it('need the newest schema of the Telemetry API', async () => {
    await using stage = await setStage({ ...managed, extensions: { mine: SLEEPS } });
    const identifier = await stage.register('mine');
    const subscribe = (schemaVersion: string) =>
      stage.call(
        'PUT',
        '/2022-07-01/telemetry',
        { 'Lambda-Extension-Identifier': identifier },
        JSON.stringify({ schemaVersion, types: ['platform'], destination: { protocol: 'TCP', port: 1 } }),
      );

    expect((await subscribe('2022-12-13')).status).toBe(400);
    expect((await subscribe('2025-01-29')).status).toBe(200);
  });

  it('answer the caller after the time-out, and leave the code alone', async () => {
    await using stage = await setStage({ ...managed, concurrency: 2, timeoutMs: 300 });
    const work = stage.runtimeNext();
    const result = stage.emulator.invoke();
    const requestId = requestIdOf(await work);

    expect((await result).json()).toMatchObject({ errorType: 'Sandbox.Timedout' });
    const late = await stage.respond(requestId, '1');

    expect(late).toMatchObject({
      status: 400,
      body: '{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}',
    });
    expect(stage.emulator.timeline.filter(({ name }) => name === 'kill-all')).toEqual([]);
  });

  it('end a streamed answer at the time-out, and drop what the runtime sends later', async () => {
    await using stage = await setStage({ ...managed, concurrency: 2, timeoutMs: 300 });
    const work = stage.runtimeNext();
    const answered = once(request(streamingUrl(stage.emulator.invokeUrl), { method: 'POST' }).end('{}'), 'response');
    const post = respondInParts(stage.emulator.runtimeApi, requestIdOf(await work));
    const refused = once(post, 'response');
    // More than the sockets hold, so that the answer is not all sent when it ends.
    post.write(Buffer.alloc(16 * 1_048_576));
    const [answer] = await answered;

    await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.report');
    post.end('too late');
    const [refusal] = await refused;

    const received = Buffer.concat(await answer.toArray()).toString('latin1');
    expect(refusal.statusCode).toBe(400);
    expect(received.slice(-500)).toContain('Sandbox.Timedout');
    expect(received).not.toContain('too late');
  });

  it('give each of two streamed answers at once its own parts and its own end', async () => {
    await using stage = await setStage({ ...managed, concurrency: 2 });
    const works = [stage.runtimeNext(), stage.runtimeNext()];
    const callers = [stream(stage.emulator.invokeUrl), stream(stage.emulator.invokeUrl)];
    const posts = (await Promise.all(works)).map((work) =>
      respondInParts(stage.emulator.runtimeApi, requestIdOf(work)),
    );
    const [first, second] = posts as [ClientRequest, ClientRequest];

    first.write('a1');
    second.write('b1');
    second.end('b2');
    first.addTrailers({ [FAILED]: 'Function.Oops' });
    first.end('a2');

    const ids = (await Promise.all(works)).map(requestIdOf);
    const answers = await Promise.all(callers);
    const bodyOf = (requestId: string | undefined) => answers.find(({ id }) => id === requestId);
    expect(bodyOf(ids[0])).toMatchObject({ body: 'a1a2', end: { ErrorCode: 'Unhandled' } });
    expect(bodyOf(ids[1])).toEqual({ id: ids[1], body: 'b1b2', end: {} });
  });

  it('take the rest of a streamed answer whose caller hung up, and the next invocation', async () => {
    await using stage = await setStage({ ...managed, concurrency: 1 });
    const work = stage.runtimeNext();
    const call = request(streamingUrl(stage.emulator.invokeUrl), { method: 'POST' }).end('{}');
    const answered = once(call, 'response');
    const post = respondInParts(stage.emulator.runtimeApi, requestIdOf(await work));
    const accepted = once(post, 'response');
    post.write('part');
    const [answer] = await answered;

    answer.destroy();
    await once(call, 'close');
    post.end(Buffer.alloc(1_048_576));
    const [{ statusCode }] = await accepted;
    const next = stage.runtimeNext();
    const result = stage.emulator.invoke();
    await stage.respond(requestIdOf(await next), '"next"');

    expect(statusCode).toBe(202);
    expect((await result).json()).toBe('next');
  });

  it('are replaced, not reset, when an extension crashes', async () => {
    await using stage = await setStage({ ...managed, extensions: { mine: SLEEPS } });
    void stage.extensionNext(await stage.register('mine', []));
    void stage.runtimeNext();
    await stage.emulator.untilPhase('idle');

    stage.emulator.kill({ extension: 'mine' });
    await stage.emulator.untilPhase('cold');
    void stage.emulator.init();

    const starts = stage.emulator.telemetry.records.filter(({ type }) => type === 'platform.initStart');
    expect(starts.map(({ record }) => record)).toMatchObject([{ phase: 'init' }, { phase: 'init' }]);
  });
});

describe('provisioned concurrency', () => {
  it('initialises at start, says so, and reports no init with the first invocation', async () => {
    await using stage = await setStage({
      initializationType: 'provisioned-concurrency',
      handler: 'export const handler = () => process.env.AWS_LAMBDA_INITIALIZATION_TYPE',
    });
    await stage.emulator.untilPhase('idle');

    const result = await stage.emulator.invoke();
    const report = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.report');

    expect(result.json()).toBe('provisioned-concurrency');
    expect(report.record).not.toHaveProperty('metrics.initDurationMs');
    expect(stage.emulator.telemetry.records[0]?.record).toMatchObject({
      initializationType: 'provisioned-concurrency',
      phase: 'init',
    });
    expect(stage.emulator.lines[0]?.text).toMatch(/^INIT_REPORT Init Duration: .* ms\tPhase: init\tStatus: success$/);
  });
});

function streamingUrl(invokeUrl: string): URL {
  return new URL('/2021-11-15/functions/function/response-streaming-invocations', invokeUrl);
}

/** The response as the caller gets it: the id of the invocation, all parts, and what the last event says. */
async function stream(invokeUrl: string): Promise<{ id: string | undefined; body: string; end: object }> {
  const [response] = (await once(request(streamingUrl(invokeUrl), { method: 'POST' }).end('{}'), 'response')) as [
    IncomingMessage,
  ];
  const events = decodeEventStream(Buffer.concat(await response.toArray()));
  const end = JSON.parse(events.pop()?.payload.toString() ?? '');
  const id = response.headers['x-amzn-requestid'];
  return { id: String(id), body: events.map(({ payload }) => payload.toString()).join(''), end };
}

/** The runtime's request for a streamed response. Its trailers may carry an error. */
function respondInParts(runtimeApi: string, requestId: string): ClientRequest {
  return request(`http://${runtimeApi}/2018-06-01/runtime/invocation/${requestId}/response`, {
    method: 'POST',
    headers: { 'Lambda-Runtime-Function-Response-Mode': 'streaming', trailer: FAILED },
  });
}

const FAILED = 'Lambda-Runtime-Function-Error-Type';
