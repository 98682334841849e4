import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DevFlags, readFlags, words } from './command-line.ts';

const flags: DevFlags = {
  handler: 'index.handler',
  functionDir: '.',
  port: 8080,
  runtimeApiPort: 9001,
  address: '127.0.0.1',
  functionName: 'function',
  memory: 128,
  timeout: 3,
  initType: 'on-demand',
  concurrency: 10,
  freeze: true,
  logFormat: 'Text',
  whenBusy: 'wait',
  environments: 1,
  retryDelay: 60,
  sourceMaps: true,
};

it("passes on the shell's credentials, region and endpoints of AWS, and nothing else", () => {
  const shell = {
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_PROFILE: 'mine',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_S3: 'http://localhost:4566',
    HOME: '/root',
  };

  const { options } = readFlags(flags, shell);

  expect(options.environment).toEqual({
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_S3: 'http://localhost:4566',
    AWS_REGION: 'eu-central-1',
  });
});

it('reports all wrong flags at once', () => {
  const { problems } = readFlags({ ...flags, port: '', memory: 'much', envFile: '/gone.env', spindownAfter: -1 }, {});

  expect(problems).toEqual([
    '--port is "": expected a number from 0 to 65535.',
    '--memory is "much": expected a number from 128 to 10240.',
    '--env-file is "/gone.env": ENOENT: no such file or directory, open \'/gone.env\'.',
    '--spindown-after is "-1": expected a number from 0.001 to 86400.',
  ]);
});

it.each([
  ['python3 bootstrap.py', ['python3', 'bootstrap.py']],
  [`node "my file.js"  '--a b'`, ['node', 'my file.js', '--a b']],
  ['run --name="two words"', ['run', '--name=two words']],
])('splits the runtime command %s as a shell does', (command, expected) => {
  expect(words(command)).toEqual(expected);
});

describe('in an image, which gives flags of its own first', () => {
  const ofTheImage = { ...flags, inheritEnv: true, timeout: 300, memory: 3008 };

  it('variables of the container count', () => {
    const { options } = readFlags(ofTheImage, {
      AWS_LAMBDA_FUNCTION_NAME: 'shop',
      AWS_LAMBDA_FUNCTION_VERSION: '7',
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_LAMBDA_FUNCTION_TIMEOUT: '20',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    });

    expect(options).toMatchObject({
      functionName: 'shop',
      functionVersion: '7',
      logFormat: 'JSON',
      timeoutMs: 20_000,
      memoryMB: 512,
    });
  });

  it('flags that the user adds count more than both', () => {
    const { options, problems } = readFlags(
      { ...ofTheImage, timeout: [300, 5], memory: [3008, 256], handler: ['index.handler', 'app.main'] },
      { AWS_LAMBDA_FUNCTION_TIMEOUT: '20' },
    );

    expect([problems, options.timeoutMs, options.memoryMB, options.handler]).toEqual([[], 5_000, 256, 'app.main']);
  });

  it('a wrong word names the flag and the value', () => {
    expect(readFlags(ofTheImage, { AWS_LAMBDA_LOG_FORMAT: 'xml' }).problems).toEqual([
      '--log-format is "xml": expected Text or JSON.',
    ]);
  });
});

it.each(['utf8', 'utf16le'] as const)('reads a file of variables that PowerShell wrote, in %s', (encoding) => {
  const folder = mkdtempSync(join(tmpdir(), 'env-'));
  const envFile = join(folder, '.env');
  writeFileSync(envFile, '\uFEFFA=1\r\nB=two words\r\n', encoding);

  const { options, problems } = readFlags({ ...flags, envFile }, {});

  expect(problems).toEqual([]);
  expect(options.environment).toMatchObject({ A: '1', B: 'two words' });
  rmSync(folder, { recursive: true });
});

it('refuses a file of variables that Lambda would refuse', () => {
  const folder = mkdtempSync(join(tmpdir(), 'env-'));
  const envFile = join(folder, '.env');
  writeFileSync(envFile, `A=${'x'.repeat(5_000)}`);

  const { problems } = readFlags({ ...flags, envFile }, { HUGE: 'x'.repeat(5_000) });

  expect(problems).toEqual([expect.stringMatching(/^--env-file is ".*\.env": Lambda was unable .* 4KB limit/)]);
  rmSync(folder, { recursive: true });
});

it('takes 90 minutes on managed instances, and 15 elsewhere', () => {
  const long = { ...flags, timeout: 5_400 };

  expect(readFlags({ ...long, initType: 'lambda-managed-instances' }, {}).options.timeoutMs).toBe(5_400_000);
  expect(readFlags(long, {}).problems).toEqual(['--timeout is "5400": expected a number from 0.001 to 900.']);
});

it('takes the name of a function from the file of --config, not from the shell', () => {
  const { options } = readFlags(
    { ...flags, inheritEnv: true, config: 'emulator.json', functionName: 'cart' },
    { AWS_LAMBDA_FUNCTION_NAME: 'shop' },
  );

  expect(options.functionName).toBe('cart');
});

it('reads the web server and its CORS, and refuses the one without the other', () => {
  const cors = 'https://shop.example, http://localhost:5173';

  expect(readFlags({ ...flags, http: 3000, cors }, {}).options.http).toEqual({
    port: 3000,
    cors: {
      allowOrigins: ['https://shop.example', 'http://localhost:5173'],
      allowMethods: ['*'],
      allowHeaders: ['*'],
      allowCredentials: true,
    },
  });
  expect(readFlags({ ...flags, cors }, {}).problems).toEqual(['--cors is for the web server: add --http.']);
});
