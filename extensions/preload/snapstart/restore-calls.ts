import { call } from '../../../foundation/http-client.ts';
import { runtimeApi, runtimeApiHeaders } from '../../../lambda-api/runtime-api.ts';
import type { RestoreCalls } from './pass-snapshot.ts';
import { textOf } from './say.ts';

/** The Runtime API's calls around a snapshot. `authority` is `host:port`. */
export function restoreCalls(authority: string): RestoreCalls {
  return {
    restoreNext: async () =>
      (await call({ authority, method: 'GET', path: runtimeApi.restoreNext, headers: ONE_CALL })).status,
    async report(failure, error) {
      const path = failure === 'Runtime.BeforeSnapshotError' ? runtimeApi.initError : runtimeApi.restoreError;
      const headers = { ...ONE_CALL, 'content-type': 'application/json', [runtimeApiHeaders.errorType]: failure };
      await call({ authority, method: 'POST', path, headers, body: JSON.stringify(describe(error)) });
    },
  };
}

function describe(thrown: unknown) {
  if (!(thrown instanceof Error)) return { errorMessage: textOf(thrown), errorType: typeof thrown };
  const { name, message, stack = '' } = thrown;
  return {
    errorMessage: message,
    errorType: name,
    stackTrace: stack
      .split('\n')
      .slice(1)
      .map((line) => line.trim()),
  };
}

/** A connection that was kept alive would be in the snapshot. */
const ONE_CALL = { connection: 'close' };
