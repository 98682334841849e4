import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { layerEntries, zipEntries } from '../../project/index.ts';
import { buildImage } from '../../scripts/docker.ts';
import { BASE_IMAGE, tagOf } from '../../scripts/image.ts';
import { type AwsContainer, startAws } from '../support/docker/container-aws.ts';
import { startFunction } from '../support/docker/container-function.ts';
import { optFolder } from '../support/lambda/host-process.ts';
import { unzip } from '../support/lambda/unzip.ts';

const WITH_LAYER = 'lambda-node-extended:test-layer';
const MINUTE = 60_000;
let aws: AwsContainer;
let secretId: string;

beforeAll(async () => {
  const context = mkdtempSync(join(tmpdir(), 'layer-'));
  const supervisor = join(optFolder, 'extensions/lambda-node-extended');
  await unzip(await zipEntries(layerEntries(optFolder, readFileSync(supervisor))), join(context, 'opt'));
  writeFileSync(join(context, 'Dockerfile'), `FROM ${BASE_IMAGE}\nCOPY opt /opt\n`);
  buildImage(WITH_LAYER, context);
  rmSync(context, { recursive: true });
  aws = await startAws();
  secretId = await aws.createSecret('from AWS');
}, 5 * MINUTE);

afterAll(() => aws[Symbol.asyncDispose]());

/** Where Lambda keeps the code of a function in a zip file there is a folder here. */
it.each([
  ['the layer on AWS’s bare image', WITH_LAYER],
  ['our image as the runtime of a company', tagOf('extended')],
])('a folder with a function runs with %s', async (_what, image) => {
  await using container = await startFunction({
    image,
    fixture: 'reads',
    network: aws.network,
    environment: { AWS_ENDPOINT_URL: aws.endpoint },
  });

  const { status, body } = await container.invoke({ paths: [`/secretsmanager/get?secretId=${secretId}`] });

  expect(status).toBe(200);
  expect(body).toMatchObject([{ status: 200, body: expect.stringContaining('from AWS') }]);
});
