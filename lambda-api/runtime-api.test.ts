import { expect, it } from 'vitest';
import { acceptedErrorType } from './runtime-api.ts';

it.each([
  ['Runtime.ImportModuleError', 'Runtime.ImportModuleError'],
  ['Function.Mine', 'Function.Mine'],
  ['MyRuntime.Error', 'MyRuntime.Error'],
  ['Function.lower', 'Function.Unknown'],
  ['TypeError', 'Runtime.Unknown'],
  ['', 'Runtime.Unknown'],
  [undefined, 'Runtime.Unknown'],
])('keeps of the error type %s what Lambda keeps: %s', (claimed, accepted) => {
  expect(acceptedErrorType(claimed)).toBe(accepted);
});
