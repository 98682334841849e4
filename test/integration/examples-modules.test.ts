/** What the modules of `examples/extensions` do in corners, in this process. */
import { expect, it } from 'vitest';
import { startExtension } from '../../testing/start-extension.ts';
import { answerJson, startAwsServer } from '../support/servers/aws-server.ts';
import { freePort } from '../support/servers/free-port.ts';

const moduleOf = async (name: string) => (await import(`../../examples/extensions/modules/${name}.mjs`)).default;

it("'memory-cache' counts keys, answers 413, and is empty and of the same size after a restore", async () => {
  const port = String(await freePort());
  await using cache = await startExtension(await moduleOf('memory-cache'), {
    environment: { CACHE_PORT: port, CACHE_BYTES: '100' },
  });
  const url = (key: string) => `http://127.0.0.1:${port}/${key}`;
  const put = (key: string, body: string) => fetch(url(key), { method: 'PUT', body }).then(({ status }) => status);
  const get = (key: string) => fetch(url(key)).then(({ status }) => status);

  const statuses = [await put('a', 'x'.repeat(90)), await put('large', 'x'.repeat(101))];
  const before = await get('a');
  await cache.restore();
  statuses.push(await put('b', 'x'.repeat(90)));
  const after = [await get('a'), await get('b')];
  statuses.push(await put('k'.repeat(60), ''), await put('l'.repeat(60), ''));

  expect(statuses).toEqual([204, 413, 204, 204, 204]);
  expect([before, ...after]).toEqual([200, 404, 200]);
  expect([await get('b'), await get('k'.repeat(60)), await get('l'.repeat(60))]).toEqual([404, 404, 200]);
});

it("'flag-exposure' sends each exposure once where Kinesis is slow", async () => {
  const sent: string[] = [];
  await using aws = await startAwsServer(({ input }, response) => {
    const records = input.Records as { PartitionKey: string }[];
    sent.push(...records.map(({ PartitionKey }) => PartitionKey));
    setTimeout(() => answerJson(response, 200, { Records: records.map(() => ({})) }), 100);
  });
  await using exposures = await startExtension(await moduleOf('flag-exposure'), {
    environment: {
      EXPOSURE_STREAM: 'exposures',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'key',
      AWS_ENDPOINT_URL: aws.url,
    },
  });
  const seen = (user: string) =>
    exposures.telemetry([
      { type: 'function', record: JSON.stringify({ exposure: { flag: 'checkout', variant: 'b', user } }) },
    ]);

  await Promise.all([seen('u-1'), seen('u-2')]);
  await exposures.shutdown();

  expect(sent).toEqual(['u-1', 'u-2']);
});
