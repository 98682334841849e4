import { describe, expect, it } from 'vitest';
import { setStage } from './stage.ts';

const PATH = '/2026-01-15/metadata/execution-environment';
const TELLS_VARIABLES =
  'export const handler = () => [process.env.AWS_LAMBDA_METADATA_API, process.env.AWS_LAMBDA_METADATA_TOKEN];';

describe('the metadata endpoint', () => {
  it('tells the availability zone to who shows the token, and that the answer may be kept', async () => {
    await using stage = await setStage({ handler: TELLS_VARIABLES, region: 'eu-central-1' });
    const [address, token] = (await stage.emulator.invoke()).json<string[]>();

    const answer = await stage.call('GET', PATH, { Authorization: `Bearer ${token}` });

    expect(address).toBe(stage.emulator.runtimeApi);
    expect([answer.status, answer.body]).toEqual([200, '{"AvailabilityZoneID":"euc1-az1"}']);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('cache-control')).toBe('private, max-age=43200, immutable');
  });

  it.each([
    ['no token', 'GET', {}, 401],
    ['another token', 'GET', { Authorization: 'Bearer other' }, 401],
    ['another method', 'POST', {}, 405],
    ['another method', 'DELETE', {}, 405],
  ])('refuses %s (%s)', async (_what, method, headers, status) => {
    await using stage = await setStage({});

    expect((await stage.call(method, PATH, headers)).status).toBe(status);
  });

  it('tells extensions, too, and after a restore another zone with the same token', async () => {
    await using stage = await setStage({
      initializationType: 'snap-start',
      handler: `
        const { AWS_LAMBDA_METADATA_API: api, AWS_LAMBDA_METADATA_TOKEN: token } = process.env;
        const zone = async () => {
          const response = await fetch('http://' + api + '${PATH}', { headers: { authorization: 'Bearer ' + token } });
          return (await response.json()).AvailabilityZoneID;
        };
        const before = await zone();
        export const handler = async () => [before, await zone()];`,
      extensions: {
        teller: `#!${process.execPath}
          const { AWS_LAMBDA_RUNTIME_API: api, AWS_LAMBDA_METADATA_API: metadata, AWS_LAMBDA_METADATA_TOKEN: token } = process.env;
          console.log('metadata', metadata === api, token.length);
          const base = 'http://' + api + '/2020-01-01/extension';
          const registered = await fetch(base + '/register', { method: 'POST', headers: { 'lambda-extension-name': 'teller' }, body: '{"events":[]}' });
          const identifier = registered.headers.get('lambda-extension-identifier');
          await fetch(base + '/event/next', { headers: { 'lambda-extension-identifier': identifier } });`,
      },
    });

    const zones = (await stage.emulator.invoke()).json();

    expect(zones).toEqual(['use1-az1', 'use1-az2']);
    expect(stage.emulator.lines).toContainEqual({ source: 'extension', extension: 'teller', text: 'metadata true 36' });
  });
});
