import { expect, it } from 'vitest';
import type { Action } from './action.ts';
import type { TestOptions } from './messages.ts';
import { testCode } from './test-code.ts';

it('takes nothing of a saved run as code', () => {
  const options = { functionDir: '.', variables: ['A'], 'x: evil(), y': 1 } as unknown as TestOptions;
  const actions = ['delayTelemetry', 'failTelemetry', 'delayRegister'].map(
    (what) => ({ do: what, extension: 'x', ms: '0; evil()', deliveries: '0; evil()' }) as unknown as Action,
  );

  expect(testCode(options, actions).replaceAll(/"[^"]*"/g, '""')).not.toContain('evil');
});
