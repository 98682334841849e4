import { describe, expect, it } from 'vitest';
import { type AlarmClock, alarmClock, SLEEPS, type Stage, setStage } from './stage.ts';

const INIT_LIMIT_MS = 10_000;
const TIMEOUT_MS = 3_000;
const NEXT = '/2020-01-01/extension/event/next';
const TELEMETRY = '/2022-07-01/telemetry';

/** Tries to register as the extensions of the samples do, which ask for INVOKE and SHUTDOWN. */
const registerAs = (stage: Stage, name: string, events: readonly string[] = ['INVOKE', 'SHUTDOWN']) =>
  stage.call('POST', '/2020-01-01/extension/register', { 'Lambda-Extension-Name': name }, JSON.stringify({ events }));

const subscription = (port: number) => ({
  schemaVersion: '2022-12-13',
  types: ['platform'],
  destination: { protocol: 'HTTP', URI: `http://sandbox.localdomain:${port}` },
});

const cases: [string, (stage: Stage, clock: AlarmClock) => Promise<unknown>, string[]][] = [
  [
    'registers without the suffix of its file, and asks for SHUTDOWN, too',
    (stage) => registerAs(stage, 'mine'),
    ['"mine"', '"mine.sh"', 'full file name'],
  ],
  [
    'sends an identifier that is none',
    (stage) => stage.call('GET', NEXT, { 'Lambda-Extension-Identifier': 'None' }),
    ['"mine.sh"', '"None"', "register's response"],
  ],
  [
    'sends the identifier of another environment',
    (stage) => stage.call('GET', NEXT, { 'Lambda-Extension-Identifier': crypto.randomUUID() }),
    ['"mine.sh"', 'after each start'],
  ],
  ['sends no identifier', (stage) => stage.call('GET', NEXT), ['"mine.sh"', "header of register's response"]],
  [
    'registers twice',
    async (stage) => {
      await stage.register('mine.sh');
      await registerAs(stage, 'mine.sh');
    },
    ['"mine.sh"', 'twice'],
  ],
  [
    'asks for an unknown event',
    (stage) => registerAs(stage, 'mine.sh', ['START']),
    ['"mine.sh"', 'INVOKE and SHUTDOWN'],
  ],
  [
    'subscribes to telemetry with a wrong body',
    async (stage) => {
      const headers = { 'Lambda-Extension-Identifier': await stage.register('mine.sh') };
      await stage.call('PUT', TELEMETRY, headers, JSON.stringify({ ...subscription(80), types: [] }));
    },
    ['"mine.sh"', 'types should not be empty'],
  ],
  [
    'subscribes to telemetry too late',
    async (stage) => {
      const identifier = await stage.register('mine.sh');
      void stage.extensionNext(identifier);
      void stage.runtimeNext();
      await stage.emulator.untilPhase('idle');
      const headers = { 'Lambda-Extension-Identifier': identifier };
      await stage.call('PUT', TELEMETRY, headers, JSON.stringify(subscription(80)));
    },
    ['"mine.sh"', 'before the first /event/next'],
  ],
  [
    'subscribes to telemetry and listens nowhere',
    async (stage) => {
      const headers = { 'Lambda-Extension-Identifier': await stage.register('mine.sh') };
      await stage.call('PUT', TELEMETRY, headers, JSON.stringify(subscription(9)));
      await stage.emulator.untilLine(({ source }) => source === 'hint');
    },
    ['"mine.sh"', 'http://sandbox.localdomain:9', 'Listen there'],
  ],
  [
    'never asks for the next event after INVOKE',
    async (stage, clock) => {
      const invoked = stage.emulator.invoke();
      const identifier = await stage.register('mine.sh', ['INVOKE']);
      void stage.extensionNext(identifier);
      const event = await stage.runtimeNext();
      await stage.respond(event.headers.get('lambda-runtime-aws-request-id') ?? '', '1');
      void stage.runtimeNext();
      await invoked;
      await stage.call('GET', '/2018-06-01/ping');
      clock.ring(TIMEOUT_MS);
    },
    ['"mine.sh"', '/event/next again'],
  ],
];

describe('a hint names the extension and the mend, if it', () => {
  it.each(cases)('%s', async (_what, act, expected) => {
    const clock = alarmClock(INIT_LIMIT_MS, TIMEOUT_MS);
    await using stage = await setStage({ extensions: { 'mine.sh': SLEEPS }, clock, timeoutMs: TIMEOUT_MS });
    void stage.emulator.init();

    await act(stage, clock);

    const hint = await stage.emulator.untilLine(({ source }) => source === 'hint');
    for (const part of expected) expect(hint.text).toContain(part);
  });

  it.each([
    ['ends before it registers', 'exit 3', ['"mine.sh" ended with exit code 3 before it called register']],
    [
      'ends by the time-out of its client in /event/next',
      `base=http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension
id=$(curl -si -H 'Lambda-Extension-Name: mine.sh' -d '{}' $base/register | sed -n 's/^lambda-extension-identifier: //Ip' | tr -d '\\r')
exec curl -s --max-time 1 -H "Lambda-Extension-Identifier: $id" $base/event/next`,
      ['"mine.sh" ended with exit code 28 while it waited in /event/next', 'time-out'],
    ],
  ])('%s', async (_what, source, expected) => {
    await using stage = await setStage({
      extensions: { 'mine.sh': `#!/bin/sh\n${source}\n` },
      handler: 'export const handler = () => 1',
      freeze: false,
    });
    void stage.emulator.init();

    const hint = await stage.emulator.untilLine(({ source }) => source === 'hint');

    for (const part of expected) expect(hint.text).toContain(part);
  });
});
