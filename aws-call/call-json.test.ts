import { expect, it } from 'vitest';
import { type JsonRequest, jsonCaller } from './call-json.ts';

const { signal } = new AbortController();

function setUp(status: number, body: string) {
  const requests: JsonRequest[] = [];
  const call = jsonCaller({
    send: async (request) => {
      requests.push(request);
      return { status, headers: {}, body: Buffer.from(body) };
    },
    region: 'eu-west-1',
    endpoint: (service, region) => `https://${service}.${region}.test`,
  });
  return { requests, call };
}

it('sends a call to the endpoint of the function’s region, to be signed for it', async () => {
  const { requests, call } = setUp(200, '{"SecretString":"x"}');

  const answer = await call(
    { service: 'secretsmanager', target: 'secretsmanager.GetSecretValue', input: { SecretId: 'a' } },
    signal,
  );

  expect(answer).toEqual({ SecretString: 'x' });
  expect(requests).toEqual([
    {
      method: 'POST',
      url: 'https://secretsmanager.eu-west-1.test/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
      body: '{"SecretId":"a"}',
      sign: { service: 'secretsmanager', region: 'eu-west-1' },
    },
  ]);
});

it('asks in another region where the call names one', async () => {
  const { requests, call } = setUp(200, '{}');

  await call({ service: 'ssm', target: 'AmazonSSM.GetParameter', input: {}, region: 'us-east-1' }, signal);

  expect(requests[0]).toMatchObject({ url: 'https://ssm.us-east-1.test/', sign: { region: 'us-east-1' } });
});

it.each([
  ['an error of AWS', 400, '{"__type":"a#ParameterNotFound","message":"no"}', 'ParameterNotFound'],
  ['an answer that is no JSON', 200, 'hunter2', 'UnreadableAnswer'],
  ['an answer that is no object', 200, '"hunter2"', 'UnreadableAnswer'],
  ['a page of a proxy', 503, '<html>', 'status 503'],
])('rejects with the code of %s, and quotes nothing that may be a value', async (_what, status, body, code) => {
  const { call } = setUp(status, body);

  const rejection = call({ service: 'ssm', target: 'AmazonSSM.GetParameter', input: {} }, signal);

  await expect(rejection).rejects.toMatchObject({ code, message: expect.not.stringContaining('hunter2') });
});
