/** The image of `examples/own-extension`: secrets, Insights and an extension of one's own, on our emulator. */
import { expect, it } from 'vitest';
import { buildFunction, tagOf } from '../../scripts/image.ts';
import { callMinistack } from '../../scripts/ministack.ts';
import { LambdaContainer } from '../../testing/index.ts';
import { startAws } from '../support/docker/container-aws.ts';

const MINUTE = 60_000;
const LOG_GROUP = '/aws/lambda-insights';

it('serves the secret, tells Insights of each invocation, and logs the slow ones', {
  timeout: 5 * MINUTE,
}, async () => {
  const image = buildFunction('examples/own-extension', 'lambda-node-own-extension', tagOf('dev'));
  await using aws = await startAws();
  await callMinistack(aws.url, 'secretsmanager.CreateSecret', {
    Name: 'prod/db',
    SecretString: '{"username":"root","password":"p"}',
  });
  await using lambda = await new LambdaContainer(image)
    .withNetwork(aws.network)
    // Every invocation is slow.
    .withEnvironment({ AWS_ENDPOINT_URL: aws.endpoint, AWS_LAMBDA_FUNCTION_NAME: 'orders', SLOW_MS: '1' })
    .start();

  const first = await lambda.invoke();
  const second = await lambda.invoke();
  // Lambda delivers what it has not delivered yet.
  await lambda.stopGracefully();
  const line = await lambda.line(/WARN \[slow-invocations\] Invocation \S+ took \d+ ms\./);

  expect([first, second].map(({ payload }) => payload)).toEqual([{ username: 'root' }, { username: 'root' }]);
  expect(line).toBeTruthy();
  const documents = await storedDocuments(aws.url);
  expect(documents.map(({ function_name, cold_start }) => [function_name, cold_start])).toEqual([
    ['orders', true],
    ['orders', false],
  ]);
});

async function storedDocuments(url: string): Promise<Record<string, unknown>[]> {
  const logGroupName = LOG_GROUP;
  const { logStreams } = await callMinistack(url, 'Logs_20140328.DescribeLogStreams', { logGroupName });
  const [stream] = logStreams as { logStreamName: string }[];
  const input = { logGroupName, logStreamName: stream?.logStreamName, startFromHead: true };
  const { events } = await callMinistack(url, 'Logs_20140328.GetLogEvents', input);
  return (events as { message: string }[]).map(({ message }) => JSON.parse(message));
}
