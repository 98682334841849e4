/** The image as Lambda starts it: the function, the extensions and AWS's own runtime. Needs Docker and a built image. */
import { resolve } from 'node:path';
import { LambdaContainer } from 'lambda-node-extended/testing';
import { expect, it } from 'vitest';

const image = process.env.IMAGE || 'my-function';
const MINUTE = 60_000;

it(
  'reads its secret and its parameter in the image',
  async () => {
    await using lambda = await new LambdaContainer(image)
      .withBindMounts([
        { source: resolve(import.meta.dirname, '../local-values.json'), target: '/local-values.json', mode: 'ro' },
      ])
      .withEnvironment({ SECRETS_LOCAL_FILE: '/local-values.json', SECRETS_LOCAL_FILE_FORCE: 'true' })
      .start();

    const answer = await lambda.invoke();

    expect(answer).toMatchObject({
      status: 200,
      payload: {
        secret: { id: 'demo/database', fields: ['username', 'password'] },
        parameter: { name: '/demo/greeting', value: 'Hello from a local file' },
      },
    });
  },
  MINUTE,
);
