import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tagOf } from '../../scripts/image.ts';
import { type AwsConfiguration, type AwsContainer, startAws } from '../support/docker/container-aws.ts';
import { type FunctionOptions, startFunction } from '../support/docker/container-function.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures/functions');
const FLAGS = '{"checkout":{"enabled":true,"steps":3},"banner":{"enabled":false,"text":"hello"}}';
const ION = `'colorway'::[
  [ (contains $userId "beta"), '''{"_variant": "BetaTesters", "enabled": true, "background": "blue"}''' ],
  '''{"_variant": "Default Variant", "enabled": false}''',
]`;

let aws: AwsContainer;
let fixture: string;
beforeAll(async () => {
  aws = await startAws();
  fixture = mkdtempSync(join(tmpdir(), 'function-'));
  await build({
    entryPoints: [join(FIXTURES, 'reads-configurations/index.ts')],
    outfile: join(fixture, 'index.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
  });
});
afterAll(async () => {
  rmSync(fixture, { recursive: true });
  await aws[Symbol.asyncDispose]();
});

const ofFunction = ({ application, environment, configuration }: AwsConfiguration) => ({
  APPLICATION: application,
  ENVIRONMENT: environment,
  CONFIGURATION: configuration,
});

function start(options: Partial<FunctionOptions> = {}) {
  return startFunction({
    image: tagOf('extended'),
    fixture,
    network: aws.network,
    ...options,
    environment: {
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS: '15s',
      ...options.environment,
    },
  });
}

describe.each(['extended', 'extended-separate', 'dev'] as const)('the image %s', (target) => {
  it('serves Powertools’ client, in INIT and in the handler', async () => {
    const flags = await aws.createConfiguration(FLAGS, 'application/json');
    const { deploy: _deploy, ...names } = flags;
    await using container = await start({ image: tagOf(target), environment: ofFunction(flags) });

    const inInit = await container.invoke({ by: 'init' });
    const inHandler = await container.invoke({ by: 'powertools', ...names });
    const missing = await container.invoke({ by: 'powertools', ...names, configuration: 'nobody' });

    expect([inInit.body, inHandler.body, missing.body]).toEqual([FLAGS, JSON.parse(FLAGS), null]);
  });

  it('serves the requests of middy’s middleware', async () => {
    const flags = await aws.createConfiguration(FLAGS, 'application/json');
    const { deploy: _deploy, ...names } = flags;
    await using container = await start({ image: tagOf(target), environment: ofFunction(flags) });

    const whole = await container.invoke({ by: 'middy', ...names });
    const two = await container.invoke({ by: 'middy', ...names, flag: ['checkout', 'banner'] });
    const one = await container.invoke({ by: 'middy', ...names, flag: 'checkout' });

    expect([whole.body, two.body, one.body]).toEqual([
      JSON.parse(FLAGS),
      { checkout: { enabled: true, steps: 3 }, banner: { enabled: false } },
      { enabled: true, steps: 3 },
    ]);
  });
});

it('evaluates flags with variants for the context of a request', async () => {
  const flags = await aws.createConfiguration(ION, 'application/ion; type=AWS.AppConfig.FeatureFlags');
  const { deploy: _deploy, ...names } = flags;
  await using container = await start({ environment: ofFunction(flags) });
  const ask = (...context: [string, string][]) =>
    container.invoke({ by: 'fetch', ...names, flag: 'colorway', context });

  const answers = [await ask(), await ask(['Context', 'country=DE'], ['Context', 'userId=beta-1'])];

  expect(answers.map(({ body }) => body)).toEqual([
    { status: 200, body: '{"_variant":"Default Variant","enabled":false}' },
    { status: 200, body: '{"_variant":"BetaTesters","enabled":true,"background":"blue"}' },
  ]);
});

it('serves a new deployment after one interval, a tenth of it, and one invocation', async () => {
  const flags = await aws.createConfiguration('one', 'text/plain');
  const { deploy, ...names } = flags;
  await using container = await start({ environment: ofFunction(flags) });
  const read = async () => ((await container.invoke({ by: 'middy', ...names })) as { body: string }).body;
  const before = await read();

  await deploy('two');
  const tooEarly = await read();
  // A tenth more than the interval, since polls of a fleet are spread.
  await sleep(16_700);
  await container.invoke({ by: 'init' });
  const after = await read();

  expect([before, tooEarly, after]).toEqual(['one', 'one', 'two']);
});

it('fetches a prefetch list while the function initialises', async () => {
  const flags = await aws.createConfiguration(FLAGS, 'application/json');
  const { application, environment, configuration } = flags;
  await using container = await start({
    environment: {
      ...ofFunction(flags),
      AWS_APPCONFIG_EXTENSION_PREFETCH_LIST: `${application}:${environment}:${configuration}`,
    },
  });

  const { body } = await container.invoke({ by: 'init' });

  expect(body).toBe(FLAGS);
  expect(container.output()).toMatch(new RegExp(`INFO \\[appconfig\\] fetched ${application}:prod:flags in \\d+ ms`));
});
