/**
 * SnapStart with AWS's unmodified runtime client, on our emulator: AWS's answers the restore routes only behind a flag that its image
 * does not set.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tagOf } from '../../scripts/image.ts';
import { startFunction } from '../support/docker/container-function.ts';

const image = tagOf('dev');
const entry = { '/opt/nodejs/snapstart.mjs': resolve(import.meta.dirname, '../../dist/lib/snapstart.js') };
const SNAP_START = { AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start', AWS_LAMBDA_FUNCTION_NAME: 'shop' };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapstart-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const start = (environment: Record<string, string> = {}, executables: Record<string, string> = {}) =>
  startFunction({
    image,
    fixture: 'snapstart',
    executables: { ...entry, ...executables },
    environment: { ...SNAP_START, ...environment },
  });

describe.each([
  { client: 'the runtime client', environment: {} },
  { client: 'its alternative client', environment: { AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true' } },
])('a function with SnapStart on $client', ({ environment }) => {
  it('runs its hooks around the snapshot, and has names of its log', async () => {
    await using container = await start(environment);

    const first = await container.invoke();
    const second = await container.invoke();

    const events = ['init', 'before 2', 'before 1', 'after 1', 'after 2'];
    const logStreamName = expect.stringMatching(/^snap-start\/\[1\][\da-f]{32}$/);
    const names = { logGroupName: '/aws/lambda/shop', logStreamName };
    expect(first.body).toEqual({ events, ...names, id: expect.any(String) });
    expect(second.body).toEqual({ ...Object(first.body), id: expect.not.stringMatching(Object(first.body).id) });
    await container.writes(/^INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init$/m);
    await container.writes(/^RESTORE_REPORT Restore Duration: [\d.]+ ms$/m);
    await container.writes(/^REPORT .*\tRestore Duration: [\d.]+ ms\tBilled Restore Duration: \d+ ms$/m);
  });

  it('fails the invocation when a hook fails after the restore', async () => {
    await using container = await start({ ...environment, FAILS: 'after 1' });

    const { body } = await container.invoke();

    expect(body).toMatchObject({ errorMessage: 'fails after 1', errorType: 'Error' });
    await container.writes(/^RESTORE_REPORT .*\tStatus: error\tError Type: Runtime\.AfterRestoreError$/m);
  });

  it('answers nobody when a hook fails before the snapshot', async () => {
    await using container = await start({ ...environment, FAILS: 'before 2' });

    const { body } = await container.invoke();

    expect(body).toMatchObject({ errorMessage: 'fails before 2', errorType: 'Error' });
    await container.writes(/^INIT_REPORT .*\tStatus: error\tError Type: Runtime\.BeforeSnapshotError$/m);
  });
});

it('is what AWS’s runtime client cannot do by itself: it fails without the names of the log', async () => {
  const noParts = join(folder, 'preload-parts');
  writeFileSync(noParts, '');
  await using container = await start({}, { '/opt/lambda-node-extended/preload-parts': noParts });

  await container.invoke();

  await container.writes(/PlatformError.*Missing required environment variables: AWS_LAMBDA_LOG_GROUP_NAME/);
});
