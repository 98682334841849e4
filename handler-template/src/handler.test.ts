/** The built function on a local Lambda, with the extensions and a file in place of AWS. Needs no Docker. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startEmulator } from 'lambda-node-extended/emulator';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'my-function-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('tells the names of the secret’s fields and the value of the parameter, and never the value of the secret', async () => {
  await using lambda = await startFunction({
    'demo/database': { username: 'admin', password: 'a-password' },
    '/demo/greeting': 'Hello',
  });

  const { payload, functionError, json } = await lambda.invoke();

  expect(functionError).toBeUndefined();
  expect(json()).toEqual({
    secret: { id: 'demo/database', fields: ['username', 'password'], latencyMs: expect.any(Number) },
    parameter: { name: '/demo/greeting', value: 'Hello', latencyMs: expect.any(Number) },
  });
  expect(payload).not.toContain('a-password');
});

it('reads the names in SECRET_ID and PARAMETER_NAME', async () => {
  await using lambda = await startFunction(
    { 'orders/api key': { key: '1' }, '/orders/table': 'orders' },
    { SECRET_ID: 'orders/api key', PARAMETER_NAME: '/orders/table' },
  );

  const { json } = await lambda.invoke();

  expect(json()).toMatchObject({
    secret: { id: 'orders/api key', fields: ['key'] },
    parameter: { name: '/orders/table', value: 'orders' },
  });
});

it('fails with a reason where the secret does not exist', async () => {
  await using lambda = await startFunction({ '/demo/greeting': 'Hello' });

  const { functionError, json } = await lambda.invoke();

  expect(functionError).toBe('Unhandled');
  expect(json()).toMatchObject({
    errorType: 'NotFoundError',
    errorMessage: expect.stringContaining('demo/database'),
  });
});

/** @param values What the file has in place of AWS, by name. */
function startFunction(values: object, environment: Record<string, string> = {}) {
  const file = join(folder, 'values.json');
  writeFileSync(file, JSON.stringify(values));
  return startEmulator({
    functionDir: resolve(import.meta.dirname, '../dist'),
    handler: 'handler.handler',
    environment: { SECRETS_LOCAL_FILE: file, ...environment },
  });
}
