import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { setStage } from './stage.ts';

const ECHO = 'export const handler = (event) => event';

/** POSTs with headers that fetch does not allow. */
async function post(url: string, headers: Record<string, string>, event = '{}') {
  const { statusCode, body } = await request(url, { method: 'POST', headers, body: event });
  return { status: statusCode, body: await body.text() };
}

describe('the Invoke API', () => {
  it('answers with what the handler returned, and the headers of Lambda', async () => {
    await using stage = await setStage({ handler: ECHO });

    const response = await fetch(stage.emulator.invokeUrl, { method: 'POST', body: '{"a":[1,"ü"]}' });

    expect(response.status).toBe(200);
    expect(await response.text()).toBe('{"a":[1,"ü"]}');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'x-amz-executed-version': '$LATEST',
      'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-/),
    });
  });

  it.each(['function', 'shop', 'arn:aws:lambda:us-east-1:123456789012:function:shop:live'])(
    'takes any function name, like %s',
    async (name) => {
      await using stage = await setStage({ handler: ECHO });
      const { origin } = new URL(stage.emulator.invokeUrl);

      const response = await fetch(`${origin}/2015-03-31/functions/${name}/invocations?Qualifier=live`, {
        method: 'POST',
      });

      expect(await response.text()).toBe('{}');
    },
  );

  it('marks an error of the function, with status 200', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => { throw new TypeError("no"); }' });

    const response = await fetch(stage.emulator.invokeUrl, { method: 'POST' });

    expect(response.status).toBe(200);
    expect(response.headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(await response.json()).toEqual({
      errorType: 'TypeError',
      errorMessage: 'no',
      trace: expect.arrayContaining(['TypeError: no']),
    });
  });

  it('answers 202 at once for Event, and runs the function after that', async () => {
    await using stage = await setStage({ handler: 'export const handler = (event) => console.log("ran", event.a)' });

    const headers = { 'X-Amz-Invocation-Type': 'Event' };
    const response = await fetch(stage.emulator.invokeUrl, { method: 'POST', headers, body: '{"a":7}' });

    expect(response.status).toBe(202);
    expect(await response.text()).toBe('');
    await stage.emulator.untilLine(({ text }) => text.endsWith('ran 7'));
  });

  it('answers 204 for DryRun, and runs nothing', async () => {
    await using stage = await setStage({ handler: ECHO });

    const headers = { 'X-Amz-Invocation-Type': 'DryRun' };
    const response = await fetch(stage.emulator.invokeUrl, { method: 'POST', headers });

    expect(response.status).toBe(204);
    expect(stage.emulator.phase).toBe('cold');
  });

  it('knows DryRun for a streamed answer, too, and refuses the types that each path does not have', async () => {
    await using stage = await setStage({ handler: ECHO });
    const { origin } = new URL(stage.emulator.invokeUrl);
    const streamed = `${origin}/2021-11-15/functions/function/response-streaming-invocations`;
    const statusOf = async (url: string, type: string) =>
      (await fetch(url, { method: 'POST', headers: { 'X-Amz-Invocation-Type': type } })).status;

    const statuses = [
      await statusOf(streamed, 'DryRun'),
      await statusOf(streamed, 'Event'),
      await statusOf(stage.emulator.invokeUrl, 'Streaming'),
    ];

    expect(statuses).toEqual([204, 400, 400]);
    expect(stage.emulator.phase).toBe('cold');
  });

  it('hands no client context over with an event', async () => {
    await using stage = await setStage({
      handler: 'export const handler = (_, { clientContext }) => console.log("context", clientContext)',
    });
    const headers = { 'X-Amz-Invocation-Type': 'Event', 'X-Amz-Client-Context': btoa('{"custom":{}}') };

    await fetch(stage.emulator.invokeUrl, { method: 'POST', headers });

    const { text } = await stage.emulator.untilLine((line) => line.text.includes('context'));
    expect(text).toMatch(/context undefined$/);
  });

  it('returns the end of the log with LogType Tail, up to REPORT', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => { console.log("told"); return 1; }' });

    const response = await fetch(stage.emulator.invokeUrl, { method: 'POST', headers: { 'X-Amz-Log-Type': 'Tail' } });

    const log = Buffer.from(response.headers.get('x-amz-log-result') ?? '', 'base64').toString();
    expect(await response.text()).toBe('1');
    expect(log).toMatch(/^START RequestId: .*\n.*\ttold\nEND RequestId: .*\nREPORT RequestId: .* MB.*\n$/);
  });

  it('hands over the client context, decoded, and the trace', async () => {
    await using stage = await setStage({
      handler: 'export const handler = (_, context) => [context.clientContext, process.env._X_AMZN_TRACE_ID]',
    });
    const trace = 'Root=1-5f35ae12-0000000000000000000000aa;Parent=2be948a625588e32;Sampled=1';

    const response = await fetch(stage.emulator.invokeUrl, {
      method: 'POST',
      headers: {
        'X-Amz-Client-Context': Buffer.from('{"custom":{"a":1}}').toString('base64'),
        'X-Amzn-Trace-Id': trace,
      },
    });

    expect(await response.json()).toEqual([{ custom: { a: 1 } }, trace]);
  });

  it('refuses a payload that is not JSON, with a hint', async () => {
    await using stage = await setStage({ handler: ECHO });

    const response = await fetch(stage.emulator.invokeUrl, { method: 'POST', body: '{key: value}' });

    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('InvalidRequestContentException');
    expect(await response.json()).toEqual({
      Type: 'User',
      message: expect.stringMatching(/^Could not parse request body into json: /),
    });
    const hint = await stage.emulator.untilLine(({ source }) => source === 'hint');
    expect(hint.text).toContain('single quotes');
  });

  it.each([
    ['RequestResponse', 6_291_456, 'Request must be smaller than 6291456 bytes for the InvokeFunction operation'],
    ['Event', 1_048_576, '1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)'],
  ])('refuses a payload of %s over %i bytes, and takes one of just that size', async (type, limitBytes, message) => {
    await using stage = await setStage({
      handler: 'export const handler = (event) => event.length',
      timeoutMs: 20_000,
    });
    const send = (bytes: number) =>
      fetch(stage.emulator.invokeUrl, {
        method: 'POST',
        headers: { 'X-Amz-Invocation-Type': type },
        body: JSON.stringify('x'.repeat(bytes - 2)),
      });

    const tooLarge = await send(limitBytes + 1);
    const largest = await send(limitBytes);

    expect(tooLarge.status).toBe(413);
    expect(tooLarge.headers.get('x-amzn-errortype')).toBe('RequestEntityTooLargeException');
    expect(await tooLarge.json()).toEqual({ Type: 'User', message });
    expect(largest.ok).toBe(true);
  });

  it('makes a second call wait its turn', async () => {
    await using stage = await setStage({ handler: 'let n = 0; export const handler = () => ++n' });

    const results = await Promise.all([1, 2, 3, 4].map(() => stage.emulator.invoke()));

    expect(results.map(({ payload }) => payload)).toEqual(['1', '2', '3', '4']);
  });

  it('refuses a second call with 429 if the option says so', async () => {
    await using stage = await setStage({ handler: ECHO, whenBusy: 'reject' });
    const first = stage.emulator.invoke('first');

    const response = await fetch(stage.emulator.invokeUrl, { method: 'POST' });

    expect(response.status).toBe(429);
    expect(response.headers.get('x-amzn-errortype')).toBe('TooManyRequestsException');
    expect(await response.json()).toEqual({ Type: 'User', message: 'Rate Exceeded.' });
    expect((await first).json()).toBe('first');
  });

  it('refuses web pages: by their origin, by what browsers say of the site, and by foreign host names', async () => {
    await using stage = await setStage({ handler: ECHO });
    const url = stage.emulator.invokeUrl;

    expect(await post(url, { Origin: 'https://evil.example' })).toMatchObject({ status: 403 });
    expect(await post(url, { 'Sec-Fetch-Site': 'cross-site' })).toMatchObject({ status: 403 });
    expect(await post(url, { Host: 'evil.example:8080' })).toMatchObject({ status: 403 });
    expect(await post(`http://${stage.emulator.runtimeApi}/2018-06-01/ping`, { Host: 'evil.example' })).toMatchObject({
      status: 403,
    });
    expect(await post(url, { Host: 'localhost:8080' })).toMatchObject({ status: 200 });
    expect(stage.emulator.telemetry.records.filter(({ type }) => type === 'platform.start')).toHaveLength(1);
  });

  it('accepts any host name if other machines are let in, but never web pages', async () => {
    await using stage = await setStage({ handler: ECHO, address: '0.0.0.0' });
    const url = stage.emulator.invokeUrl;

    expect(new URL(url).hostname).toBe('127.0.0.1');
    expect(await post(url, { Host: 'function.internal:8080' })).toMatchObject({ status: 200 });
    expect(await post(url, { Host: 'function.internal:8080', Origin: 'http://function.internal:8080' })).toMatchObject({
      status: 403,
    });
  });

  it('answers unknown requests in the shape of AWS', async () => {
    await using stage = await setStage({ handler: ECHO });
    const { origin } = new URL(stage.emulator.invokeUrl);

    const unknown = await fetch(`${origin}/`, { method: 'POST' });
    const read = await fetch(stage.emulator.invokeUrl);
    const kind = await fetch(stage.emulator.invokeUrl, {
      method: 'POST',
      headers: { 'X-Amz-Invocation-Type': 'Later' },
    });

    expect([unknown.status, read.status, kind.status]).toEqual([404, 405, 400]);
    expect(kind.headers.get('x-amzn-errortype')).toBe('InvalidParameterValueException');
  });
});
