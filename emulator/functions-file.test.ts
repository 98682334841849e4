import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, expect, it } from 'vitest';
import type { FunctionOptions } from './command-line.ts';
import schema from './emulator.schema.json' with { type: 'json' };
import { problemsOf, readFunctionsFile } from './functions-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'functions-'));
afterAll(() => rmSync(folder, { recursive: true }));

const defaultsOf = (functionName: string): FunctionOptions => ({
  functionName,
  functionDir: '.',
  environments: 1,
  memoryMB: 128,
  timeoutMs: 3_000,
  environment: { AWS_REGION: 'eu-central-1', A: 'default' },
  eventRetryDelaysMs: [60_000, 120_000],
});

function read(content: object) {
  const file = join(folder, 'emulator.json');
  writeFileSync(file, JSON.stringify(content));
  return readFunctionsFile(file, defaultsOf);
}

it('reads each function, with paths from the folder of the file, and defaults where it says nothing', () => {
  writeFileSync(join(folder, 'own.env'), 'A=file\nB=file');

  const functions = read({
    functions: {
      orders: {
        directory: 'dist/orders',
        handler: 'app.main',
        envFile: 'own.env',
        env: { B: 2, C: true },
        memory: 256,
        timeout: 10,
        extensions: 'opt',
        environments: 2,
        http: { port: 3000, cors: { allowOrigins: ['*'] } },
        retryDelay: 1,
        deadLetterFile: 'dead.jsonl',
      },
      cart: { directory: 'dist/cart', extensions: 'none', http: 3001 },
    },
  });

  expect(functions).toEqual([
    {
      functionName: 'orders',
      functionDir: join(folder, 'dist/orders'),
      handler: 'app.main',
      functionVersion: '$LATEST',
      environment: { AWS_REGION: 'eu-central-1', A: 'file', B: '2', C: 'true' },
      memoryMB: 256,
      timeoutMs: 10_000,
      optDir: join(folder, 'opt'),
      environments: 2,
      http: { port: 3000, cors: { allowOrigins: ['*'] } },
      eventRetryDelaysMs: [1_000, 2_000],
      deadLetterFile: join(folder, 'dead.jsonl'),
    },
    {
      functionName: 'cart',
      functionDir: join(folder, 'dist/cart'),
      handler: 'index.handler',
      functionVersion: '$LATEST',
      environment: { AWS_REGION: 'eu-central-1', A: 'default' },
      memoryMB: 128,
      timeoutMs: 3_000,
      optDir: 'none',
      environments: 1,
      http: { port: 3001 },
      eventRetryDelaysMs: [60_000, 120_000],
      deadLetterFile: undefined,
    },
  ]);
});

it('takes a function with SnapStart for a published version, and an invocation of 90 minutes for one of managed instances', () => {
  const functions = read({
    functions: {
      snap: { directory: '.', initType: 'snap-start' },
      managed: { directory: '.', initType: 'lambda-managed-instances', timeout: 5_400, tenantIsolation: false },
      tenants: { directory: '.', tenantIsolation: true, durable: true },
    },
  });

  expect(functions.map(({ functionVersion }) => functionVersion)).toEqual(['1', '$LATEST', '$LATEST']);
  expect(functions[1]?.timeoutMs).toBe(5_400_000);
  expect(functions[2]).toMatchObject({ tenantIsolation: true, durable: true });
});

it('refuses variables that Lambda would refuse, and names the function', () => {
  const large = { functions: { orders: { directory: '.', env: { A: 'x'.repeat(5_000) } } } };

  expect(() => read(large)).toThrow(/^orders: Lambda was unable to configure .* 4KB limit/);
});

it('reports all that is wrong with the file, by its place', () => {
  const wrong = { functions: { a: { hanlder: 'x', memory: 1, env: { A: [] } }, 'b c': { directory: 'x' } }, port: 1 };

  expect(problemsOf(wrong)).toEqual([
    'functions.b c: String does not match pattern.',
    'functions.a: Instance does not have required property "directory".',
    expect.stringMatching(/^functions\.a\.env\.A: Instance type "array" is invalid/),
    'functions.a.memory: 1 is less than 128.',
    'functions.a.hanlder: there is no such setting.',
    'port: there is no such setting.',
  ]);
  expect(() => read(wrong)).toThrow(/^\S+emulator\.json: functions\.b c: /);
});

it('says what is wrong with a file that is not JSON, or not there', () => {
  expect(() => readFunctionsFile(join(folder, 'gone.json'), defaultsOf)).toThrow(/^--config is ".*gone\.json": ENOENT/);
});

it('has a schema that is valid, and that editors read as we do', () => {
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

  expect(validate({ functions: { a: { directory: 'x', http: 3000 } } })).toBe(true);
  expect(validate({ functions: {} })).toBe(false);
  expect(problemsOf({ functions: {} })).toHaveLength(1);
});
