import { join } from 'node:path';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { ION_FLAGS, JSON_FLAGS, KEY, PATH, startAppConfig, until } from '../support/lambda/appconfig-extension.ts';
import { aloneOptFolder, optFolder, separateOptFolder } from '../support/lambda/host-process.ts';

const combined = join(optFolder, 'extensions/lambda-node-extended');
const alone = join(aloneOptFolder, 'extensions/lambda-node-extended');

describe.each([
  ['in the combined layout', combined],
  ['in the separate layout', join(separateOptFolder, 'extensions/appconfig')],
  ['of a host alone in the combined layout', alone],
  ['of a host alone in the separate layout', join(aloneOptFolder, 'extensions/appconfig')],
])('AppConfig %s', (_layout, launcher) => {
  it('answers before the first invocation with content, type and version of the configuration, asked for once', async () => {
    const content = Buffer.from([0, 255, 10]);
    await using lambda = await startAppConfig({
      launcher,
      deployed: { [KEY]: { content, contentType: 'image/x-icon', version: 'v7' } },
    });

    const response = await fetch(`http://127.0.0.1:${lambda.port}${PATH}`);
    await lambda.read();

    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(content);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/x-icon',
      configurationversion: 'v7',
      'configuration-version': 'v7',
      'content-length': '3',
    });
    expect(lambda.service.calls.map(({ operation, input }) => [operation, Object.keys(input).length])).toEqual([
      ['StartConfigurationSession', 4],
      ['GetLatestConfiguration', 1],
    ]);
  });

  it('shows a change in an invocation after the interval that AppConfig asked for', async () => {
    await using lambda = await startAppConfig({ launcher, deployed: { [KEY]: { content: 'one' } } });
    await lambda.read();

    lambda.service.deploy(KEY, { content: 'two', version: 'v2' });
    await lambda.invoke();
    const tooEarly = await lambda.read();
    const changed = await until(
      async () => {
        await lambda.invoke();
        return lambda.read();
      },
      ({ body }) => body === 'two',
    );

    expect(tooEarly.body).toBe('one');
    expect(changed.headers.get('configuration-version')).toBe('v2');
    expect(lambda.service.calls.map(({ operation }) => operation)).toEqual([
      'StartConfigurationSession',
      'GetLatestConfiguration',
      'GetLatestConfiguration',
    ]);
  });
});

describe('a flag', () => {
  it('is unwrapped when it is asked for alone, and keyed among several', async () => {
    await using lambda = await startAppConfig({ deployed: { [KEY]: JSON_FLAGS } });

    const one = await lambda.read(`${PATH}?flag=checkout`);
    const two = await lambda.read(`${PATH}?flag=checkout&flag=banner`);
    const all = await lambda.read();

    expect([one.body, two.body, all.body]).toEqual([
      '{"enabled":true,"steps":3}',
      '{"checkout":{"enabled":true,"steps":3},"banner":{"enabled":false}}',
      JSON_FLAGS.content,
    ]);
    expect(one.headers.get('content-type')).toBe('application/json');
  });

  it.each([
    ['none', [], '{"_variant":"Default Variant","enabled":false}'],
    ['one that does not match', [['Context', 'userId=u-1']], '{"_variant":"Default Variant","enabled":false}'],
    [
      'one in several headers',
      [
        ['Context', 'country=de'],
        ['Context', 'userId=beta-1'],
      ],
      '{"_variant":"BetaTesters","enabled":true,"background":"blue"}',
    ],
    [
      'several in one header',
      [['Context', 'userId=beta-1, email=jane_doe@example.org']],
      '{"_variant":"BetaTesters","enabled":true,"background":"blue"}',
    ],
  ])('with variants takes the one that fits the context: %s', async (_case, headers, expected) => {
    await using lambda = await startAppConfig();

    const one = await lambda.read(`${PATH}?flag=colorway`, headers as [string, string][]);
    const all = await lambda.read(PATH, headers as [string, string][]);

    expect(one).toMatchObject({ status: 200, body: expected });
    expect(all.body).toBe(`{"colorway":${expected},"button_color":{"enabled":true,"color":"orange"}}`);
    expect(all.headers.get('content-type')).toBe('application/json');
  });

  it('is that of no experiment, and the log says so once', async () => {
    const variable = 'AWS_APPCONFIG_EXTENSION_EXPERIMENT_ASSIGNMENT_LOG_DESTINATION';
    await using byHeader = await startAppConfig({ environment: { AWS_APPCONFIG_EXTENSION_LOG_LEVEL: 'debug' } });
    await using byVariable = await startAppConfig({ environment: { [variable]: 'stderr' } });

    await byHeader.read(PATH, { 'Entity-Id': 'e-1' });
    const isSaidTooEarly = byHeader.host.output.includes('experiments');
    for (const entity of ['e-1', 'e-2'])
      await byHeader.read(`${PATH}?flag=colorway`, { 'Entity-Id': entity, context: 'userId=hunter2' });
    await byVariable.read(`${PATH}?flag=colorway`, { 'Entity-Id': 'e-1' });

    const said = (output: string) => output.match(/\S+ has no effect, because experiments/g);
    expect(isSaidTooEarly).toBe(false);
    expect(said(byHeader.host.output)).toEqual(['Entity-Id has no effect, because experiments']);
    expect(said(byVariable.host.output)).toEqual([`${variable} has no effect, because experiments`]);
    expect(byHeader.host.output.match(/evaluated colorway of shop:prod:flags in [\d.]+ ms/g)).toHaveLength(1);
    expect(byHeader.host.output).not.toContain('hunter2');
  });

  it('is the same whatever Entity-Id says', async () => {
    await using lambda = await startAppConfig();

    const answers = await Promise.all(
      ['', 'e-1', 'e-2'].map((entity) => lambda.read(`${PATH}?flag=button_color`, { 'Entity-Id': entity })),
    );

    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['{"enabled":true,"color":"orange"}']));
  });

  it('whose rule cannot be read is its default variant, and a line in the log names flag and rule', async () => {
    const content = `'a'::[ [ (resembles $x "y"), '''{"enabled": true, "n": 1}''' ], '''{"enabled": true, "n": 2}''' ]`;
    await using lambda = await startAppConfig({ deployed: { [KEY]: { ...ION_FLAGS, content } } });

    const answers = [await lambda.read(`${PATH}?flag=a`), await lambda.read(`${PATH}?flag=a`, { Context: 'x=y' })];

    expect(answers.map(({ body }) => body)).toEqual(['{"enabled":true,"n":2}', '{"enabled":true,"n":2}']);
    expect(lambda.host.output.match(/ERROR.*/g)).toEqual([
      expect.stringMatching(/shop:prod:flags: flag "a" .*there is no operator "resembles".*\(resembles \$x "y"\)/),
    ]);
  });
});

describe('a caller', () => {
  it.each([
    [
      'an unknown path',
      '/applications/a',
      {},
      404,
      '{"Message":"Unrecognized or malformed path","ResourceType":"Configuration"}',
    ],
    [
      'an unknown configuration',
      '/applications/a/environments/b/configurations/c',
      {},
      404,
      /no deployment of a:b:c.*"ResourceType":"Deployment"/,
    ],
    ['an unknown flag', `${PATH}?flag=nobody`, {}, 404, /there is no flag/],
    ['a context that is none', `${PATH}?flag=colorway`, { Context: 'beta' }, 400, /key=value/],
    ['an entity of more than 2 KB', PATH, { 'Entity-Id': 'x'.repeat(2_049) }, 400, /Entity-Id/],
    ['a wait that is none', `${PATH}?wait=soon`, {}, 400, /wait takes/],
  ])('gets an error that says what is wrong with %s', async (_case, path, headers, status, body) => {
    await using lambda = await startAppConfig();

    const answer = await lambda.read(path, headers);

    expect(answer.status).toBe(status);
    expect(answer.body).toEqual(typeof body === 'string' ? body : expect.stringMatching(body));
    expect(answer.headers.get('content-type')).toBe('application/text');
  });

  it('gets an error for a flag of a configuration without flags', async () => {
    await using lambda = await startAppConfig({
      deployed: { [KEY]: { content: 'key: value', contentType: 'application/x-yaml' } },
    });

    expect(await lambda.read(`${PATH}?flag=a`)).toMatchObject({
      status: 400,
      body: expect.stringContaining('no feature flags'),
    });
  });

  it('gets an error for flags that are not Ion, without their content', async () => {
    await using lambda = await startAppConfig({ deployed: { [KEY]: { ...ION_FLAGS, content: "'f'::{hunter2" } } });

    const answer = await lambda.read();

    expect(answer).toMatchObject({ status: 500, body: expect.stringContaining('it is not Amazon Ion') });
    expect(answer.body + lambda.host.output).not.toContain('hunter2');
  });

  it('whose Host header names another site is refused', async () => {
    await using lambda = await startAppConfig();

    const headers = { host: 'attacker.example' };
    const { statusCode } = await request(`http://127.0.0.1:${lambda.port}${PATH}`, { headers });

    expect(statusCode).toBe(403);
  });

  it('that has the current version gets 304 until it changes', async () => {
    await using lambda = await startAppConfig();
    const first = await lambda.read(`${PATH}?flag=colorway`);
    const etag = first.headers.get('etag') ?? '';

    const same = await lambda.read(`${PATH}?flag=colorway`, { 'If-None-Match': etag });
    const other = await lambda.read(`${PATH}?flag=colorway`, { 'If-None-Match': etag, Context: 'userId=beta' });

    expect(same).toMatchObject({ status: 304, body: '' });
    expect(same.headers.get('etag')).toBe(etag);
    expect(other.status).toBe(200);
  });

  it('may wait for a change, which is then polled for as often as AppConfig allows', async () => {
    await using lambda = await startAppConfig();
    await lambda.read();

    const waiting = lambda.read(`${PATH}?flag=button_color&wait=20s`);
    lambda.service.deploy(KEY, { ...ION_FLAGS, content: `'button_color'::'''{"enabled": true, "color": "red"}'''` });

    expect((await waiting).body).toBe('{"enabled":true,"color":"red"}');
    expect(lambda.service.polls()).toBe(2);
  });

  it('that waited in vain gets 304', async () => {
    await using lambda = await startAppConfig();
    const etag = (await lambda.read()).headers.get('etag') ?? '';

    const waited = await lambda.read(`${PATH}?wait=50ms`, { 'If-None-Match': etag });

    expect(waited.status).toBe(304);
  });

  it('that accepts any version gets an error for an unknown flag', async () => {
    await using lambda = await startAppConfig();

    expect(await lambda.read(`${PATH}?flag=nobody`, { 'If-None-Match': '*' })).toMatchObject({ status: 404 });
  });

  it('reads a name with any characters, encoded', async () => {
    await using lambda = await startAppConfig({ deployed: { 'a b/c:ü%:x': { content: 'found' } } });

    const answer = await lambda.read('/applications/a%20b%2Fc/environments/%C3%BC%25/configurations/x');

    expect(answer.body).toBe('found');
  });
});
