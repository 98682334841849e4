import type { Action } from './action.ts';
import type { TestOptions } from './messages.ts';

/** A test that does what was clicked, for Vitest or `node:test`. A saved run may be anybody's: nothing of it is taken as code. */
export function testCode({ variables, ...options }: TestOptions, actions: readonly Action[]): string {
  const environment = variables.map(
    (name) => `      ${JSON.stringify(name)}: process.env[${JSON.stringify(name)}] ?? '',`,
  );
  const given = NAMES.filter((name) => options[name] !== undefined).map(
    (name) => `    ${name}: ${JSON.stringify(options[name])},`,
  );
  return `import { test } from 'node:test';
import { startEmulator } from '${PACKAGE}/emulator';

test('does what was clicked', async () => {
  await using emulator = await startEmulator({
${[...given, ...(environment.length > 0 ? ['    environment: {', ...environment, '    },'] : [])].join('\n')}
  });
${actions.map((action) => `  ${call(action)}\n`).join('')}});
`;
}

function call(action: Action): string {
  switch (action.do) {
    case 'invoke':
      return `await emulator.invoke(${JSON.stringify(action.payload)});`;
    case 'init':
    case 'restore':
      return `await emulator.${action.do}();`;
    case 'freeze':
    case 'thaw':
      return `emulator.${action.do}();`;
    case 'shutdown':
      return `await emulator.shutdown(${JSON.stringify(action.reason)});`;
    case 'delayTelemetry':
      return `emulator.faults.telemetryDelayMs = ${JSON.stringify(action.ms)};`;
    case 'failTelemetry':
      return `emulator.faults.telemetryFailures = ${JSON.stringify(action.deliveries)};`;
    case 'delayRegister':
      return `emulator.faults.registerDelayMs[${JSON.stringify(action.extension)}] = ${JSON.stringify(action.ms)};`;
    case 'kill':
      return action.process === 'runtime'
        ? `emulator.kill('runtime');`
        : `emulator.kill({ extension: ${JSON.stringify(action.process)} });`;
  }
}

const NAMES = ['functionDir', 'handler', 'optDir', 'memoryMB', 'timeoutMs', 'initializationType'] as const;
const PACKAGE = 'lambda-node-extended';
