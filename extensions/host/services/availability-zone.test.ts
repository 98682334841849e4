import { describe, expect, it } from 'vitest';
import { startHttpServer } from '../../../test/support/servers/http-server.ts';
import { availabilityZone } from './availability-zone.ts';

const never = () => false;
const at = (port: number) => ({ AWS_LAMBDA_METADATA_API: `127.0.0.1:${port}`, AWS_LAMBDA_METADATA_TOKEN: 'token' });

describe('the availability zone', () => {
  it('is asked for once, however many extensions want to know', async () => {
    const asked: unknown[] = [];
    await using server = await startHttpServer((request, response) => {
      asked.push([request.method, request.url, request.headers.authorization]);
      response.end('{"AvailabilityZoneID":"use1-az1"}');
    });
    const zone = availabilityZone({ environment: at(server.port), isSnapshotAhead: never });

    const zones = [...(await Promise.all([zone(), zone()])), await zone()];

    expect(zones).toEqual(['use1-az1', 'use1-az1', 'use1-az1']);
    expect(asked).toEqual([['GET', '/2026-01-15/metadata/execution-environment', 'Bearer token']]);
  });

  it('is not asked for before a snapshot, but after it', async () => {
    let asked = 0;
    await using server = await startHttpServer((_request, response) => {
      asked++;
      response.end('{"AvailabilityZoneID":"use1-az2"}');
    });
    let isAhead = true;
    const zone = availabilityZone({ environment: at(server.port), isSnapshotAhead: () => isAhead });

    const before = [await zone(), asked];
    isAhead = false;
    const after = [await zone(), asked];

    expect({ before, after }).toEqual({ before: [undefined, 0], after: ['use1-az2', 1] });
  });

  it.each([
    ['refuses', 401, '{}'],
    ['answers no JSON', 200, 'x'],
  ])('is unknown where the endpoint %s', async (_case, status, body) => {
    await using server = await startHttpServer((_request, response) => response.writeHead(status).end(body));

    expect(await availabilityZone({ environment: at(server.port), isSnapshotAhead: never })()).toBeUndefined();
  });

  it('is unknown where the connection breaks', async () => {
    await using server = await startHttpServer((_request, response) => response.destroy());

    expect(await availabilityZone({ environment: at(server.port), isSnapshotAhead: never })()).toBeUndefined();
  });

  it('is unknown where there is no endpoint', async () => {
    expect(await availabilityZone({ environment: {}, isSnapshotAhead: never })()).toBeUndefined();
  });
});
