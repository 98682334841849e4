import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requestIdOf, SLEEPS, setStage, until } from './stage.ts';

const REGISTER = '/2020-01-01/extension/register';
const NEXT = '/2020-01-01/extension/event/next';
const INIT_ERROR = '/2020-01-01/extension/init/error';
const EXIT_ERROR = '/2020-01-01/extension/exit/error';
const STRANGER = '3da1f2dc-0000-4000-8000-000000000000';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('register', () => {
  it('answers 200 with the identifier as a header and the function in the body', async () => {
    await using stage = await setStage({ extensions: { mine: SLEEPS }, functionName: 'shop' });
    void stage.emulator.init();

    const answer = await stage.call('POST', REGISTER, { 'Lambda-Extension-Name': 'mine' }, '{"events":["INVOKE"]}');

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('lambda-extension-identifier')).toMatch(UUID);
    expect(answer.body).toBe('{"functionName":"shop","functionVersion":"$LATEST","handler":"index.handler"}');
  });

  it.each([
    ['accountId', true],
    [' other , accountId', true],
    ['accountid', false],
    ['', false],
  ])('returns the account for the feature header "%s": %s', async (features, isTold) => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    void stage.emulator.init();

    const headers = { 'Lambda-Extension-Name': 'mine', 'Lambda-Extension-Accept-Feature': features };
    const answer = await stage.call('POST', REGISTER, headers, '{}');

    expect(JSON.parse(answer.body).accountId).toBe(isTold ? '123456789012' : undefined);
  });

  it('leaves out an account that the function does not have', async () => {
    await using stage = await setStage({ extensions: { mine: SLEEPS }, accountId: '' });
    void stage.emulator.init();

    const headers = { 'Lambda-Extension-Name': 'mine', 'Lambda-Extension-Accept-Feature': 'accountId' };
    const answer = await stage.call('POST', REGISTER, headers, '{}');

    expect(JSON.parse(answer.body)).not.toHaveProperty('accountId');
  });

  it.each([
    ['no name', '', '{}', 'Extension.InvalidExtensionName', 'Empty extension name'],
    ['an empty body', 'mine', '', 'InvalidRequestFormat', 'unexpected end of JSON input'],
    [
      'configurationKeys',
      'mine',
      '{"configurationKeys":["A"]}',
      'InvalidRequestFormat',
      'configurationKeys are deprecated; use environment variables instead',
    ],
    [
      'an unknown event',
      'mine',
      '{"events":["RESTORE"]}',
      'Extension.InvalidEventType',
      'RESTORE: ErrorInvalidEventType',
    ],
    [
      'an unknown event of an internal extension',
      'inner',
      '{"events":["RESTORE"]}',
      'Extension.InvalidEventType',
      'RESTORE: ErrorInvalidEventType',
    ],
    [
      'SHUTDOWN for an internal extension',
      'inner',
      '{"events":["SHUTDOWN"]}',
      'Extension.InvalidEventType',
      'SHUTDOWN: ShutdownEventNotSupportedForInternalExtension',
    ],
  ])('refuses %s', async (_what, name, body, errorType, errorMessage) => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    void stage.emulator.init();

    const answer = await stage.call('POST', REGISTER, { 'Lambda-Extension-Name': name }, body);

    expect(answer.status).toBe(403);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.body).toBe(`{"errorMessage":"${errorMessage}","errorType":"${errorType}"}`);
  });

  it('refuses a body that is not JSON', async () => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    void stage.emulator.init();

    const answer = await stage.call('POST', REGISTER, { 'Lambda-Extension-Name': 'mine' }, 'events=INVOKE');

    expect(answer).toMatchObject({ status: 403, body: expect.stringContaining('"errorType":"InvalidRequestFormat"') });
  });

  it('refuses an external extension that registers twice', async () => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    void stage.emulator.init();
    await stage.register('mine');

    const answer = await stage.call('POST', REGISTER, { 'Lambda-Extension-Name': 'mine' }, '{}');

    expect(answer.status).toBe(403);
    expect(answer.body).toBe(
      '{"errorMessage":"State transition from Registered to Registered failed for extension mine. Error: State transition is not allowed","errorType":"Extension.InvalidExtensionState"}',
    );
  });

  it('refuses an internal extension whose name is taken', async () => {
    await using stage = await setStage({});
    void stage.emulator.init();
    await stage.register('inner');

    const answer = await stage.call('POST', REGISTER, { 'Lambda-Extension-Name': 'inner' }, '{}');

    expect(answer.status).toBe(403);
    expect(answer.body).toBe(
      '{"errorMessage":"Extension with this name already registered","errorType":"Extension.InvalidExtensionState"}',
    );
  });

  it('refuses an internal extension after the first next of the runtime', async () => {
    await using stage = await setStage({});
    const init = stage.emulator.init();
    void stage.runtimeNext();
    await init;

    const answer = await stage.call('POST', REGISTER, { 'Lambda-Extension-Name': 'late' }, '{}');

    expect(answer.status).toBe(403);
    expect(answer.body).toBe(
      '{"errorMessage":"Extension registration closed already","errorType":"Extension.RegistrationClosed"}',
    );
  });

  it('refuses the eleventh extension, internal and external ones counted together', async () => {
    await using stage = await setStage({ extensions: { a: SLEEPS, b: SLEEPS } });
    void stage.emulator.init();
    await stage.register('a');
    for (let index = 0; index < 8; index += 1) await stage.register(`inner-${index}`);

    const answer = await stage.call('POST', REGISTER, { 'Lambda-Extension-Name': 'inner-8' }, '{}');

    expect(answer.status).toBe(403);
    expect(answer.body).toBe(
      '{"errorMessage":"Extension limit (10) reached","errorType":"Extension.TooManyExtensions"}',
    );
  });

  it('hints at the file name when an extension registers under another one', async () => {
    await using stage = await setStage({ extensions: { 'mine.sh': SLEEPS } });
    void stage.emulator.init();

    await stage.register('mine');

    const hint = await stage.emulator.untilLine(({ source }) => source === 'hint');
    expect(hint.text).toContain('waits for "mine.sh" until init times out');
  });

  it('answers 404 without a body where extensions are switched off', async () => {
    await using probe = await setStage({});
    writeFileSync(join(probe.folder, 'opt/disable-extensions-jwigqn8j'), '');
    const { startEmulator } = await import('../../../emulator/index.ts');
    await using emulator = await startEmulator({
      functionDir: join(probe.folder, 'function'),
      optDir: join(probe.folder, 'opt'),
    });

    const answer = await fetch(`http://${emulator.runtimeApi}${REGISTER}`, { method: 'POST', body: '{}' });

    expect(answer.status).toBe(404);
    expect(await answer.text()).toBe('');
  });
});

describe('identifier', () => {
  it.each([
    ['GET', NEXT],
    ['POST', INIT_ERROR],
    ['POST', EXIT_ERROR],
    ['PUT', '/2022-07-01/telemetry'],
  ])('is required by %s %s', async (method, path) => {
    await using stage = await setStage({});
    void stage.emulator.init();

    const missing = await stage.call(method, path);
    const malformed = await stage.call(method, path, { 'Lambda-Extension-Identifier': 'mine' });

    expect(missing.status).toBe(403);
    expect(missing.body).toBe(
      '{"errorMessage":"Missing Lambda-Extension-Identifier header","errorType":"Extension.MissingExtensionIdentifier"}',
    );
    expect(malformed.status).toBe(403);
    expect(malformed.body).toBe(
      '{"errorMessage":"Invalid Lambda-Extension-Identifier","errorType":"Extension.InvalidExtensionIdentifier"}',
    );
  });

  it('is hinted at once where an extension leaves it out again and again', async () => {
    await using stage = await setStage({});
    void stage.emulator.init();

    for (let attempt = 0; attempt < 3; attempt += 1) await stage.call('GET', NEXT);

    expect(stage.emulator.lines.filter(({ source }) => source === 'hint')).toEqual([
      { source: 'hint', text: expect.stringContaining("It is a header of register's response, not part of its body.") },
    ]);
  });

  it.each([
    ['GET', NEXT, `Unknown extension ${STRANGER}`],
    ['PUT', '/2022-07-01/telemetry', `Unknown extension ${STRANGER}`],
    ['POST', INIT_ERROR, 'Unknown Lambda-Extension-Identifier'],
    ['POST', EXIT_ERROR, 'Unknown Lambda-Extension-Identifier'],
  ])('is refused by %s %s when nobody has it', async (method, path, errorMessage) => {
    await using stage = await setStage({});
    void stage.emulator.init();

    const headers = {
      'Lambda-Extension-Identifier': STRANGER,
      'Lambda-Extension-Function-Error-Type': 'Extension.Any',
    };
    const answer = await stage.call(method, path, headers);

    expect(answer.status).toBe(403);
    expect(answer.body).toBe(`{"errorMessage":"${errorMessage}","errorType":"Extension.UnknownExtensionIdentifier"}`);
  });
});

describe('init/error and exit/error', () => {
  const typed = (identifier: string) => ({
    'Lambda-Extension-Identifier': identifier,
    'Lambda-Extension-Function-Error-Type': 'Extension.NoConfiguration',
  });

  it.each([INIT_ERROR, EXIT_ERROR])('%s answers 202, and again when it is repeated', async (path) => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    void stage.emulator.init();
    const identifier = await stage.register('mine');

    const first = await stage.call('POST', path, typed(identifier), '{"errorMessage":"no"}');
    const second = await stage.call('POST', path, typed(identifier));

    expect(first).toMatchObject({ status: 202, body: '{"status":"OK"}' });
    expect(second).toMatchObject({ status: 202, body: '{"status":"OK"}' });
  });

  it.each([INIT_ERROR, EXIT_ERROR])('%s wants the error type', async (path) => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    void stage.emulator.init();
    const identifier = await stage.register('mine');

    const answer = await stage.call('POST', path, { 'Lambda-Extension-Identifier': identifier });

    expect(answer.status).toBe(403);
    expect(answer.body).toBe(
      '{"errorMessage":"Lambda-Extension-Function-Error-Type not found","errorType":"Extension.MissingHeader"}',
    );
  });

  it('takes no further call of the extension', async () => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    void stage.emulator.init();
    const identifier = await stage.register('mine');
    await stage.call('POST', INIT_ERROR, typed(identifier));

    const answer = await stage.extensionNext(identifier);

    expect(answer.status).toBe(403);
    expect(answer.body).toBe(
      `{"errorMessage":"State transition from InitError to Ready failed for extension ${identifier}. Error: State transition is not allowed","errorType":"Extension.InvalidExtensionState"}`,
    );
  });

  it('refuses init/error after the first next, where exit/error is meant', async () => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    const init = stage.emulator.init();
    const identifier = await stage.register('mine');
    void stage.extensionNext(identifier);
    void stage.runtimeNext();
    await init;

    const initError = await stage.call('POST', INIT_ERROR, typed(identifier));
    const exitError = await stage.call('POST', EXIT_ERROR, typed(identifier));

    expect(initError.status).toBe(403);
    expect(initError.body).toBe(
      `{"errorMessage":"State transition from Ready to InitError failed for extension ${identifier}. Error: State transition is not allowed","errorType":"Extension.InvalidExtensionState"}`,
    );
    expect(exitError.status).toBe(202);
  });
});

describe('next', () => {
  it('gives INVOKE with deadline, request, function and trace, and names the event', async () => {
    await using stage = await setStage({
      extensions: { mine: SLEEPS },
      functionName: 'shop',
      timeoutMs: 9_000,
      tenantIsolation: true,
    });
    const trace = 'Root=1-5f35ae12-0000000000000000000000aa;Parent=2be948a625588e32;Sampled=1';
    const beforeMs = Date.now();
    void stage.emulator.invoke({ secret: 'payload' }, { trace, tenantId: 'blue' });
    const identifier = await stage.register('mine', ['INVOKE']);
    const event = stage.extensionNext(identifier);
    const invocation = await stage.runtimeNext();

    const { status, headers, body } = await event;

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('lambda-extension-event-identifier')).toMatch(UUID);
    expect(JSON.parse(body)).toEqual({
      eventType: 'INVOKE',
      deadlineMs: Number(invocation.headers.get('Lambda-Runtime-Deadline-Ms')),
      requestId: requestIdOf(invocation),
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:shop',
      tracing: { type: 'X-Amzn-Trace-Id', value: trace },
    });
    expect(JSON.parse(body).deadlineMs).toBeGreaterThanOrEqual(beforeMs + 9_000);
  });

  it('always has a trace, also when the caller sends none', async () => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    void stage.emulator.invoke();
    const identifier = await stage.register('mine', ['INVOKE']);
    const event = stage.extensionNext(identifier);
    void stage.runtimeNext();

    const { tracing } = JSON.parse((await event).body);

    expect(tracing.type).toBe('X-Amzn-Trace-Id');
    expect(tracing.value).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]$/);
  });

  it('gives SHUTDOWN in lower case, with the end of the whole budget, and does not name the event', async () => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    const init = stage.emulator.init();
    const identifier = await stage.register('mine', ['SHUTDOWN']);
    const event = stage.extensionNext(identifier);
    void stage.runtimeNext();
    await init;
    const beforeMs = Date.now();

    void stage.emulator.shutdown('spindown');
    const { headers, body } = await event;

    expect(headers.get('lambda-extension-event-identifier')).toBe(null);
    expect(JSON.parse(body)).toEqual({
      eventType: 'SHUTDOWN',
      shutdownReason: 'spindown',
      deadlineMs: expect.any(Number),
    });
    expect(JSON.parse(body).deadlineMs - beforeMs).toBeGreaterThanOrEqual(1_999);
    expect(JSON.parse(body).deadlineMs - beforeMs).toBeLessThan(2_500);
  });

  it('never gives SHUTDOWN to an internal extension', async () => {
    await using stage = await setStage({});
    const init = stage.emulator.init();
    const event = stage.extensionNext(await stage.register('inner', ['INVOKE']));
    void stage.runtimeNext();
    await init;

    await stage.emulator.shutdown('spindown');

    expect(await Promise.race([event, 'nothing'])).toBe('nothing');
  });

  it('refuses a second next while the first one waits', async () => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    const init = stage.emulator.init();
    const identifier = await stage.register('mine', ['INVOKE']);
    void stage.extensionNext(identifier);
    void stage.runtimeNext();
    await init;

    const answer = await stage.extensionNext(identifier);

    expect(answer.status).toBe(403);
    expect(answer.body).toContain('State transition from Ready to Ready failed');
  });

  it('hints at the client time-out when an extension hangs up while it waits', async () => {
    await using stage = await setStage({ extensions: { mine: SLEEPS } });
    const init = stage.emulator.init();
    const identifier = await stage.register('mine', ['INVOKE']);
    const impatient = fetch(`http://${stage.emulator.runtimeApi}${NEXT}`, {
      headers: { 'Lambda-Extension-Identifier': identifier },
      signal: AbortSignal.timeout(50),
    });
    void stage.runtimeNext();
    await expect(impatient).rejects.toThrow();
    await init;
    await until(() => stage.emulator.timeline.some(({ name }) => name === 'call-closed'));

    const again = await stage.extensionNext(identifier);

    expect(again.status).toBe(403);
    const hint = await stage.emulator.untilLine(({ source }) => source === 'hint');

    expect(hint.text).toContain('"mine" hung up while it waited in /event/next');
  });
});
