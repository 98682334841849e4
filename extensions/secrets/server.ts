import type { IncomingMessage } from 'node:http';
import type { AwsServices, Log, RequestHandler } from '../sdk/index.ts';
import { agentFailureBody, agentSecretBody } from './agent-body.ts';
import { checkCaller } from './caller-check.ts';
import { explainFailure, type Failure } from './explain-failure.ts';
import { fieldOf } from './json-key.ts';
import type { ValueReader } from './read-value.ts';
import { type Route, route } from './routes.ts';
import { describeWanted, UPSTREAM_NAMES, type Wanted } from './wanted.ts';

/** Answers as AWS's two agents do. */
export function secretsServer(options: SecretsServerOptions): RequestHandler {
  return async (request, response) => {
    const { status, body, headers } = await answer(request, options);
    response.writeHead(status, { 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(body), ...headers });
    response.end(body);
  };
}

export interface SecretsServerOptions {
  aws: Pick<AwsServices, 'isSessionToken'>;
  reader: ValueReader;
  log: Log;
}

interface Answer {
  status: number;
  body: string | Buffer;
  headers?: Record<string, string>;
}

async function answer(request: IncomingMessage, { aws, reader, log }: SecretsServerOptions): Promise<Answer> {
  const wish = route(request);
  if (wish.kind === 'ping') return { status: 200, body: 'healthy' };

  const caller = await checkCaller(request.headers, aws.isSessionToken);
  if (!caller.isAllowed) return { status: caller.status, body: caller.reason };

  switch (wish.kind) {
    case 'refused':
      return { status: wish.status, body: wish.reason, headers: wish.status === 405 ? { Allow: 'GET' } : {} };
    case 'invalidate':
      reader.invalidate(wish.secretId);
      return { status: 204, body: '' };
    case 'batch':
      return { status: 200, body: batchBody(wish.wanted, await reader.readMany(wish.wanted)) };
    case 'read':
      return answerRead(wish, reader, log);
    default:
      return wish satisfies never;
  }
}

async function answerRead(wish: Route & { kind: 'read' }, reader: ValueReader, log: Log): Promise<Answer> {
  const { wanted, refresh, format, jsonKey } = wish;
  let body: Buffer;
  try {
    body = await (refresh ? reader.refresh(wanted) : reader.read(wanted));
  } catch (error) {
    const failure = explainFailure(error, UPSTREAM_NAMES[wanted.kind]);
    log.error(failureLine(wanted, failure));
    return { ...failureAnswer(wanted, failure, format) };
  }
  if (jsonKey !== undefined) {
    const field = fieldOf(body, wanted, jsonKey);
    return field === undefined
      ? { status: 404, body: `the value of ${describeWanted(wanted)} has no field "${jsonKey}"` }
      : { status: 200, body: field };
  }
  return { status: 200, body: format === 'agent' ? agentSecretBody(body) : body };
}

function failureAnswer(wanted: Wanted, failure: Failure, format: 'aws' | 'agent'): Answer {
  const { status, code, message, hint } = failure;
  const headers = { 'X-Extension-Error': code.replace(/[^\x21-\x7e]/g, '?') };
  if (format === 'agent') return { status, body: agentFailureBody(failure), headers };
  if (status === 400) return { status, body: AWS_400_BODY, headers };
  return { status, body: `${describeWanted(wanted)} failed: ${code}: ${message}${hint ? `; ${hint}` : ''}`, headers };
}

function failureLine(wanted: Wanted, { code, message, requestId, hint }: Failure): string {
  const details = [requestId && `request id ${requestId}`, hint].filter((detail) => detail !== undefined).join('; ');
  return `${describeWanted(wanted)} failed: ${code}: ${message}${details ? ` (${details})` : ''}`;
}

/** As `BatchGetSecretValue` answers: what was found, and why the rest was not. */
function batchBody(wanted: readonly Wanted[], outcomes: readonly PromiseSettledResult<Buffer>[]): string {
  const values = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [String(outcome.value)] : []));
  const errors = outcomes.flatMap((outcome, index) => {
    const one = wanted[index];
    if (outcome.status === 'fulfilled' || one?.kind !== 'secret') return [];
    const { code, message } = explainFailure(outcome.reason, UPSTREAM_NAMES.secret);
    return [{ SecretId: one.secretId, ErrorCode: code, Message: message }];
  });
  return `{"SecretValues":[${values.join()}],"Errors":${JSON.stringify(errors)}}`;
}

/** Clients of AWS's extension know no other text for what AWS refused. */
const AWS_400_BODY = 'an unexpected error occurred while executing request';
