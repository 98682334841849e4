import { METHODS } from 'node:http';
import { METADATA_CACHE_CONTROL, metadataApi, metadataAuthorization } from '../../lambda-api/metadata-api.ts';
import { JSON_TYPE, refusal } from '../environment/replies.ts';
import { header, send } from './http.ts';
import type { Route } from './runtime-server.ts';

/** Where processes of the environment learn their availability zone. */
export function metadataApiRoutes({ token, zone }: { token: string; zone(): string }): Route[] {
  const path = metadataApi.executionEnvironment;
  const expected = metadataAuthorization(token);
  const others = METHODS.filter((method) => method !== 'GET').map(
    (method): Route => ({ method, path, handle: (_request, response) => send(response, wrongMethod) }),
  );
  return [
    {
      method: 'GET',
      path,
      handle(request, response) {
        if (header(request, 'authorization') !== expected) return send(response, unauthorized);
        const headers = { ...JSON_TYPE, 'cache-control': METADATA_CACHE_CONTROL };
        send(response, { status: 200, headers, body: JSON.stringify({ AvailabilityZoneID: zone() }) });
      },
    },
    ...others,
  ];
}

const unauthorized = refusal(401, 'Unauthorized', 'The metadata token is missing or invalid');
const wrongMethod = refusal(405, 'MethodNotAllowed', 'Use GET');
