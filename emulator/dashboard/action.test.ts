import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAction } from './action.ts';
import { testCode } from './test-code.ts';

describe('parseAction', () => {
  it.each([
    [{ do: 'invoke', payload: [1] }],
    [{ do: 'restore' }],
    [{ do: 'shutdown', reason: 'timeout' }],
    [{ do: 'delayTelemetry', ms: 100 }],
    [{ do: 'failTelemetry', deliveries: 2 }],
    [{ do: 'delayRegister', extension: 'logs', ms: 5 }],
    [{ do: 'kill', process: 'runtime' }],
  ])('takes %j', (action) => {
    expect(parseAction(action)).toEqual(action);
  });

  it.each([
    [{ do: 'shutdown', reason: 'fun' }, 'Expected reason spindown, timeout, failure.'],
    [{ do: 'delayTelemetry', ms: -1 }, 'Expected ms from 0 to 3600000.'],
    [{ do: 'kill', process: '' }, 'Expected process as text.'],
    [{ do: 'fly' }, 'There is no action "fly".'],
    [null, 'There is no action undefined.'],
  ])('refuses %j', (action, message) => {
    expect(() => parseAction(action)).toThrow(message);
  });

  it('takes nothing else, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => parseAction(value)).toThrow(/There is no action/);
      }),
    );
  });
});

describe('testCode', () => {
  it('is a test that does what was clicked, with the names of variables and not their values', () => {
    const code = testCode({ functionDir: 'dist', handler: 'app.handler', variables: ['API_KEY'] }, [
      { do: 'invoke', payload: { text: "it's" } },
      { do: 'failTelemetry', deliveries: 2 },
      { do: 'kill', process: 'logs' },
      { do: 'shutdown', reason: 'spindown' },
    ]);

    expect(code).toBe(`import { test } from 'node:test';
import { startEmulator } from 'lambda-node-extended/emulator';

test('does what was clicked', async () => {
  await using emulator = await startEmulator({
    functionDir: "dist",
    handler: "app.handler",
    environment: {
      "API_KEY": process.env["API_KEY"] ?? '',
    },
  });
  await emulator.invoke({"text":"it's"});
  emulator.faults.telemetryFailures = 2;
  emulator.kill({ extension: "logs" });
  await emulator.shutdown("spindown");
});
`);
  });
});
