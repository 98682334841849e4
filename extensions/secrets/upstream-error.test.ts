import { expect, it } from 'vitest';
import { judgeUpstreamError } from './upstream-error.ts';

it.each([
  [
    'AWS refused: keeps its status, code and request id',
    { name: 'AccessDeniedException', message: 'not authorized', $metadata: { httpStatusCode: 400, requestId: 'r' } },
    { status: 400, code: 'AccessDeniedException', message: 'not authorized', requestId: 'r' },
  ],
  [
    'AWS has an error of its own',
    { name: 'InternalServiceError', message: 'sorry', $metadata: { httpStatusCode: 500 } },
    { status: 500, code: 'InternalServiceError', message: 'sorry', requestId: undefined },
  ],
  [
    'nobody listens',
    { name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED', $metadata: {} },
    { status: 502, code: 'ECONNREFUSED', message: 'connect ECONNREFUSED', requestId: undefined },
  ],
  [
    'the connection was not made in time',
    { name: 'TimeoutError', message: 'too late' },
    { status: 504, code: 'TimeoutError', message: 'too late', requestId: undefined },
  ],
  [
    'our bound passed',
    { name: 'AbortError', message: 'Request aborted' },
    { status: 504, code: 'TimeoutError', message: 'Request aborted', requestId: undefined },
  ],
  [
    'the answer is not JSON: its text is not quoted',
    new SyntaxError('Unexpected token h, "hunter2" is not valid JSON'),
    { status: 502, code: 'UnreadableAnswer', message: 'what AWS answered could not be read', requestId: undefined },
  ],
  ['something odd was thrown', 'odd', { status: 502, code: 'UnknownError', message: 'odd', requestId: undefined }],
  ['nothing was thrown', undefined, { status: 502, code: 'UnknownError', message: 'undefined', requestId: undefined }],
])('%s', (_case, error, failure) => {
  expect(judgeUpstreamError(error)).toEqual(failure);
});
