import { request } from 'undici';
import { expect, it } from 'vitest';
import { setStage } from './stage.ts';

const TELLS = 'export const handler = (_, { invokedFunctionArn, identity }) => ({ invokedFunctionArn, identity })';
const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:function';

it.each([
  ['function', '', ARN],
  ['function', '?Qualifier=live', `${ARN}:live`],
  ['function:7', '', `${ARN}:7`],
  [encodeURIComponent(`${ARN}:live`), '?Qualifier=live', `${ARN}:live`],
])('the function called as %s%s sees its ARN with the qualifier', async (name, query, arn) => {
  await using stage = await setStage({ handler: TELLS });
  const { origin } = new URL(stage.emulator.invokeUrl);

  const response = await fetch(`${origin}/2015-03-31/functions/${name}/invocations${query}`, { method: 'POST' });

  expect(await response.json()).toEqual({ invokedFunctionArn: arn });
});

it('extensions see the qualifier, too', async () => {
  await using stage = await setStage({ extensions: { ext: '#!/bin/sh\nexec sleep 1000\n' } });
  void stage.emulator.invoke({}, { qualifier: 'live' }).catch(() => {});
  const identifier = await stage.register('ext', ['INVOKE']);
  const event = stage.extensionNext(identifier);
  void stage.runtimeNext();

  expect(JSON.parse((await event).body).invokedFunctionArn).toBe(`${ARN}:live`);
});

it('refuses two qualifiers that differ', async () => {
  await using stage = await setStage({ handler: TELLS });
  const { origin } = new URL(stage.emulator.invokeUrl);

  const response = await fetch(`${origin}/2015-03-31/functions/function:7/invocations?Qualifier=8`, { method: 'POST' });

  expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([400, 'InvalidParameterValueException']);
});

it.each(['utf8', 'base64'] as const)("hands over the caller's Cognito identity, given as %s", async (encoding) => {
  await using stage = await setStage({ handler: TELLS });
  const identity = { cognitoIdentityId: 'eu-central-1:1', cognitoIdentityPoolId: 'eu-central-1:2' };
  const headers = { 'X-Amz-Cognito-Identity': Buffer.from(JSON.stringify(identity)).toString(encoding) };

  const { body } = await request(stage.emulator.invokeUrl, { method: 'POST', headers });

  expect(await body.json()).toMatchObject({ identity });
});
