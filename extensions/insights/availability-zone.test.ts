import { describe, expect, it } from 'vitest';
import { readSettings } from '../../foundation/settings.ts';
import { startHttpServer } from '../../test/support/servers/http-server.ts';
import { availabilityZone } from './availability-zone.ts';

const zoneWith = (environment: Record<string, string>) =>
  availabilityZone((declarations) => readSettings(declarations, environment).values);

describe('the availability zone', () => {
  it('is what Lambda’s metadata endpoint answers', async () => {
    const asked: unknown[] = [];
    await using server = await startHttpServer((request, response) => {
      asked.push([request.url, request.headers.authorization]);
      response.end('{"AvailabilityZoneID":"use1-az1"}');
    });

    const zone = await zoneWith({
      AWS_LAMBDA_METADATA_API: `127.0.0.1:${server.port}`,
      AWS_LAMBDA_METADATA_TOKEN: 'token',
    });

    expect(zone).toBe('use1-az1');
    expect(asked).toEqual([['/2026-01-15/metadata/execution-environment', 'Bearer token']]);
  });

  it.each([
    ['refuses', 401, '{}'],
    ['answers no JSON', 200, 'x'],
    ['answers something else', 200, '{"AvailabilityZoneID":1}'],
  ])('is unknown where the endpoint %s', async (_case, status, body) => {
    await using server = await startHttpServer((_request, response) => response.writeHead(status).end(body));

    const zone = await zoneWith({
      AWS_LAMBDA_METADATA_API: `127.0.0.1:${server.port}`,
      AWS_LAMBDA_METADATA_TOKEN: 'token',
    });

    expect(zone).toBeUndefined();
  });

  it('is unknown where there is no endpoint', async () => {
    expect(await zoneWith({})).toBeUndefined();
  });
});
