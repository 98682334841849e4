/** The image of `examples/extensions` on AWS's emulator, which has no Telemetry API: what needs none. */
import { expect, it } from 'vitest';
import { buildFunction, tagOf } from '../../scripts/image.ts';
import { LambdaContainer } from '../../testing/index.ts';

const MINUTE = 60_000;

it('runs the modules beside each other', { timeout: 5 * MINUTE }, async () => {
  const image = buildFunction('examples/extensions', 'lambda-node-example-extensions', tagOf('extended'));
  await using lambda = await new LambdaContainer(image).withEnvironment({ TOKEN_URL: '' }).start();

  const first = await lambda.invoke({ order: 'apples', user: 'u-1' });
  const second = await lambda.invoke({ order: 'pears', user: 'u-1' });

  expect([first, second].map(({ payload }) => payload)).toEqual([
    { token: null, before: null },
    { token: null, before: 'apples' },
  ]);
  expect(await lambda.line(/INFO \[hello\] Hello \S+/)).toBeTruthy();
});
