import { OpenFeature } from '@openfeature/server-sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AccessDeniedError,
  clearMemory,
  getConfiguration,
  getFlag,
  NotFoundError,
  UnavailableError,
  UnexpectedValueError,
} from '../../client/index.ts';
import { AppConfigProvider } from '../../client/openfeature.ts';
import {
  type AppConfigOptions,
  ION_FLAGS,
  JSON_FLAGS,
  KEY,
  startAppConfig,
  until,
} from '../support/lambda/appconfig-extension.ts';
import { freePort } from '../support/servers/free-port.ts';

beforeEach(() => clearMemory());
afterEach(() => vi.unstubAllEnvs());

async function setUp(options: AppConfigOptions = {}) {
  const lambda = await startAppConfig(options);
  vi.stubEnv('AWS_APPCONFIG_EXTENSION_HTTP_PORT', String(lambda.port));
  vi.stubEnv('APPCONFIG_FLAGS', KEY);
  return lambda;
}

describe('getConfiguration', () => {
  it('reads text, JSON and bytes, by a name or its parts', async () => {
    await using _lambda = await setUp({
      deployed: { [KEY]: JSON_FLAGS, 'a:b:c:d': { content: Buffer.from([0, 255]) } },
    });

    const json = await getConfiguration<{ checkout: { steps: number } }>(KEY, { json: true });
    const bytes = await getConfiguration(
      { application: 'a', environment: 'b', configuration: 'c:d' },
      { binary: true },
    );

    expect(await getConfiguration(KEY)).toBe(JSON_FLAGS.content);
    expect(json.checkout.steps).toBe(3);
    expect(bytes).toEqual(Uint8Array.from([0, 255]));
  });

  it('asks the extension again after its age, and takes what it has when nothing has changed', async () => {
    const lambda = await setUp({ deployed: { [KEY]: JSON_FLAGS } });
    await getConfiguration(KEY);
    const again = await getConfiguration(KEY, { maxAgeSeconds: 0 });

    lambda.service.deploy(KEY, { content: 'changed' });
    const changed = await until(
      async () => {
        await lambda.invoke();
        return getConfiguration(KEY, { maxAgeSeconds: 0 });
      },
      (text) => text === 'changed',
    );
    await lambda[Symbol.asyncDispose]();

    expect([again, changed, await getConfiguration(KEY)]).toEqual([JSON_FLAGS.content, 'changed', 'changed']);
    await expect(getConfiguration(KEY, { maxAgeSeconds: 0 })).rejects.toThrow(UnavailableError);
  });

  it('throws what fits', async () => {
    await using _lambda = await setUp({
      deployed: { [KEY]: { content: 'hunter2' } },
      server: {
        fault: ({ input }, response) => {
          const isForbidden = input.ApplicationIdentifier === 'forbidden';
          if (isForbidden)
            response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException' }).end('{"Message":"no"}');
          return isForbidden;
        },
      },
    });

    const notJson = await getConfiguration(KEY, { json: true }).catch((error: unknown) => error);

    expect(notJson).toBeInstanceOf(UnexpectedValueError);
    expect(String(notJson)).not.toContain('hunter2');
    await expect(getConfiguration('a:b:c')).rejects.toThrow(NotFoundError);
    await expect(getConfiguration('forbidden:b:c')).rejects.toThrow(AccessDeniedError);
    await expect(getConfiguration('a:b')).rejects.toThrow(TypeError);
  });
});

it('an error of a flag has AWS’s words and the missing permission, also by OpenFeature', async () => {
  const refusal = 'User: u is not authorized to perform: appconfig:StartConfigurationSession on resource: r';
  const answer = JSON.stringify({ Message: refusal });
  await using _lambda = await setUp({
    server: {
      fault: (_call, response) => {
        response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException' }).end(answer);
        return true;
      },
    },
  });
  const provider = new AppConfigProvider({ configuration: KEY });

  const thrown = await getFlag('checkout').catch((error: Error) => error);
  const { errorMessage } = await provider.resolveBooleanEvaluation('checkout', false, {});

  const expected = `Flag checkout of ${KEY} could not be read: AccessDeniedException: ${refusal}; allow appconfig:StartConfigurationSession in the role of the function`;
  expect([thrown, errorMessage]).toEqual([expect.objectContaining({ message: expected }), expected]);
});

describe('getFlag', () => {
  it('evaluates a flag for a context, in which no value passes for another key', async () => {
    await using _lambda = await setUp();

    const flags = await Promise.all(
      [
        { userId: 'a beta user, ü' },
        { other: 'x, userId=beta' },
        { userId: undefined, since: new Date(0), age: 5, on: true },
      ].map((context) => getFlag('colorway', { context })),
    );

    expect(flags).toEqual([
      { enabled: true, _variant: 'BetaTesters', background: 'blue' },
      { enabled: false, _variant: 'Default Variant' },
      { enabled: false, _variant: 'Default Variant' },
    ]);
  });

  it('takes a value that is null for none, and refuses an object by its name', async () => {
    const exists = `'known'::[ [ (exists key::"userId"), '''{"enabled":true}''' ], '''{"enabled":false}''' ]`;
    await using _lambda = await setUp({ deployed: { [KEY]: { ...ION_FLAGS, content: exists } } });

    const [nobody, somebody] = [
      await getFlag('known', { context: { userId: null } }),
      await getFlag('known', { context: { userId: 12345678901234567890n } }),
    ];

    expect([nobody, somebody]).toEqual([{ enabled: false }, { enabled: true }]);
    await expect(getFlag('known', { context: { user: { id: 1 } } as never })).rejects.toThrow(
      'the header Context takes texts, numbers, true and false, and "user" is none of these',
    );
  });

  it('takes the default, of its type, when the flag cannot be read, and warns once', async () => {
    vi.stubEnv('AWS_APPCONFIG_EXTENSION_HTTP_PORT', String(await freePort()));
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const options = { configuration: KEY, default: { enabled: false, steps: 1 } };

    const [first, second] = [await getFlag('checkout', options), await getFlag('checkout', options)];

    expect([first.steps satisfies number, second]).toEqual([1, { enabled: false, steps: 1 }]);
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('there is no AppConfig extension; using its default'), { code: 'LAMBDA_NODE_EXTENDED' }],
    ]);
  });

  it('gives a flag that is off the attributes of the default, whose type says that there are some', async () => {
    await using _lambda = await setUp();
    const options = { context: { userId: 'u-1' }, default: { enabled: true, background: 'grey' } };

    const [withDefault, without] = [await getFlag('colorway', options), await getFlag('colorway', { context: {} })];

    expect(withDefault satisfies { background: string }).toEqual({
      enabled: false,
      _variant: 'Default Variant',
      background: 'grey',
    });
    expect(without).toEqual({ enabled: false, _variant: 'Default Variant' });
  });

  it('throws without a default', async () => {
    await using _lambda = await setUp();

    await expect(getFlag('nobody')).rejects.toThrow(NotFoundError);
    await expect(getFlag('')).rejects.toThrow(NotFoundError);
    vi.stubEnv('APPCONFIG_FLAGS', '');
    await expect(getFlag('colorway')).rejects.toThrow('APPCONFIG_FLAGS');
  });
});

describe('OpenFeature', () => {
  afterEach(() => OpenFeature.close());

  const numbers = `'limits'::'''{"enabled":true,"perSecond":5,"plan":"basic","tiers":[1,2],"burst":false}'''`;
  const deployed = { [KEY]: { ...ION_FLAGS, content: `${ION_FLAGS.content}\n${numbers}` } };

  it('evaluates flags and their attributes by the provider', async () => {
    await using _lambda = await setUp({ deployed });
    await OpenFeature.setProviderAndWait(new AppConfigProvider({ targetingKey: 'userId' }));
    const client = OpenFeature.getClient();
    const beta = { targetingKey: 'beta-1' };

    expect(await client.getBooleanDetails('colorway', false, beta)).toMatchObject({
      value: true,
      variant: 'BetaTesters',
      reason: 'TARGETING_MATCH',
    });
    expect(await client.getBooleanDetails('colorway', true)).toMatchObject({
      value: false,
      variant: 'Default Variant',
    });
    expect(await client.getStringValue('colorway.background', 'none', beta)).toBe('blue');
    expect(await client.getBooleanValue('colorway', false, { userId: 'beta-2' })).toBe(true);
    expect(await client.getNumberDetails('limits.perSecond', 1)).toMatchObject({ value: 5, reason: 'STATIC' });
    expect(await client.getBooleanValue('limits.burst', true)).toBe(false);
    expect(await client.getObjectValue('limits.tiers', [])).toEqual([1, 2]);
    expect(await client.getObjectValue('limits', {})).toEqual({
      perSecond: 5,
      plan: 'basic',
      tiers: [1, 2],
      burst: false,
    });
  });

  it('leaves nested values out of the context, and says so once', async () => {
    const rule = `'nested'::[ [ (or (exists key::"user") (exists key::"none")), '''{"enabled":true}''' ], '''{"enabled":false}''' ]`;
    await using _lambda = await setUp({ deployed: { [KEY]: { ...ION_FLAGS, content: rule } } });
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await OpenFeature.setProviderAndWait(new AppConfigProvider());
    const client = OpenFeature.getClient();
    const context = { user: { id: 'u-1' }, none: null };

    const values = [
      await client.getBooleanValue('nested', true, context),
      await client.getBooleanValue('nested', true, context),
    ];

    expect(values).toEqual([false, false]);
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('Left "user" out of the context'), { code: 'LAMBDA_NODE_EXTENDED' }],
    ]);
  });

  it('takes the default, and says why, where there is no such value', async () => {
    await using _lambda = await setUp({ deployed });
    await OpenFeature.setProviderAndWait(new AppConfigProvider());
    const client = OpenFeature.getClient();

    expect(await client.getStringDetails('colorway.background', 'none')).toMatchObject({
      value: 'none',
      reason: 'DISABLED',
    });
    expect(await client.getObjectValue('colorway', true)).toBe(true);
    expect(await client.getBooleanDetails('nobody', true)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' });
    expect(await client.getStringDetails('limits.perSecond', 'x')).toMatchObject({
      value: 'x',
      errorCode: 'TYPE_MISMATCH',
    });
    expect(await client.getNumberDetails('limits.none', 7)).toMatchObject({ value: 7, errorCode: 'TYPE_MISMATCH' });
    expect(await client.getNumberDetails('limits', 7)).toMatchObject({ value: 7, errorCode: 'TYPE_MISMATCH' });
  });

  it('is not ready where the extension is not there', async () => {
    vi.stubEnv('AWS_APPCONFIG_EXTENSION_HTTP_PORT', String(await freePort()));

    await expect(OpenFeature.setProviderAndWait(new AppConfigProvider({ configuration: KEY }))).rejects.toThrow(
      'there is no AppConfig extension',
    );
    expect(await OpenFeature.getClient().getBooleanValue('colorway', true)).toBe(true);
  });
});
