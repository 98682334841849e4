import type { ServerResponse } from 'node:http';
import { codeAndMessage, messageAndHint } from '../../aws-call/explain-aws-error.ts';
import { describeWanted, UPSTREAM_NAMES, type Wanted } from '../../aws-call/wanted.ts';
import { routeMemory } from '../../foundation/route-memory.ts';
import { type AwsFailure, type AwsServices, explainAwsError, type RequestHandler } from '../sdk/index.ts';
import { agentFailureBody, agentSecretBody } from './agent-body.ts';
import { callerCheck } from './caller-check.ts';
import { fieldOf, textOf } from './json-key.ts';
import type { ValueReader } from './read-value.ts';
import { type Route, type RoutedRequest, route } from './routes.ts';
import { isSdkCall, sdkCalls } from './sdk-calls/sdk-calls.ts';

/** Answers as AWS's two agents do. What is in memory is answered in the same turn: a promise would double its cost. */
export function secretsServer({ aws, reader }: SecretsServerOptions): RequestHandler {
  const routeOf = routeMemory(route, hasVendorType);
  const refusalOf = callerCheck(aws);
  const answerSdk = sdkCalls({ aws, reader });

  return (request, response) => {
    if (isSdkCall(request)) return answerSdk(request, response);
    const wish = routeOf(request);
    if (wish.kind === 'ping') return send(response, { status: 200, body: 'healthy' });
    return whenThere(refusalOf(request), (answer) =>
      answer === undefined ? fulfil(wish, response) : send(response, inWordsFor(wish, answer)),
    );
  };

  function fulfil(wish: Exclude<Route, { kind: 'ping' }>, response: ServerResponse): void | Promise<void> {
    switch (wish.kind) {
      case 'refused':
        return send(response, wish);
      case 'invalidate':
        reader.invalidate(wish.secretId);
        // No length: a 204 may not have one.
        return void response.writeHead(204).end();
      case 'batch':
        return whenThere(reader.readMany(wish.wanted), (outcomes) =>
          send(response, { status: 200, body: batchBody(wish.wanted, outcomes) }),
        );
      case 'read':
        return whenThere(
          wish.refresh ? reader.refresh(wish.wanted) : reader.read(wish.wanted),
          (value) => send(response, readAnswer(wish, value)),
          (error) => send(response, failureAnswer(wish, explainAwsError(error, UPSTREAM_NAMES[wish.wanted.kind]))),
        );
      default:
        return wish satisfies never;
    }
  }
}

/** The `Accept` header can ask for another body: then the URL alone does not decide. */
function hasVendorType({ headers }: RoutedRequest): boolean {
  return headers.accept?.includes('application/vnd.') ?? false;
}

export interface SecretsServerOptions {
  aws: Pick<AwsServices, 'isSessionToken' | 'hasSessionToken'>;
  reader: ValueReader;
}

interface Answer {
  status: number;
  body: string;
  agentBody?: string;
  headers?: Record<string, string>;
}

type WantedRead = Route & { kind: 'read' };

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

function inWordsFor(wish: Route, answer: Answer): Answer {
  const isAgents = wish.kind === 'read' && wish.format === 'agent';
  return isAgents ? { ...answer, body: answer.agentBody ?? answer.body } : answer;
}

/** Calls on in the same turn where there is nothing to wait for. */
function whenThere<T>(
  value: T | Promise<T>,
  then: (value: T) => void | Promise<void>,
  otherwise?: (error: unknown) => void,
): void | Promise<void> {
  return value instanceof Promise ? value.then(then, otherwise) : then(value);
}

function readAnswer({ wanted, format, jsonKey }: WantedRead, value: string): Answer {
  if (jsonKey !== undefined) return orMissing(fieldOf(value, wanted, jsonKey), wanted, `no field "${jsonKey}"`);
  if (format === 'text') return orMissing(textOf(value, wanted), wanted, 'no text');
  return { status: 200, body: format === 'agent' ? agentSecretBody(value) : value };
}

function orMissing(body: string | undefined, wanted: Wanted, what: string): Answer {
  return body === undefined
    ? { status: 404, body: `the value of ${describeWanted(wanted)} has ${what}` }
    : { status: 200, body };
}

function failureAnswer({ wanted, format }: WantedRead, failure: AwsFailure): Answer {
  const { status, code } = failure;
  const text = messageAndHint(failure);
  const headers = {
    'X-Extension-Error': code.replace(/[^\x21-\x7e]/g, '?'),
    'X-Extension-Message': text.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_MESSAGE),
  };
  if (format === 'agent') return { status, body: agentFailureBody(failure), headers };
  if (status === 400 && format === 'aws') return { status, body: AWS_400_BODY, headers };
  return { status, body: `${describeWanted(wanted)} failed: ${codeAndMessage(code, text)}`, headers };
}

/** As `BatchGetSecretValue` answers: what was found, and why the rest was not. */
function batchBody(wanted: readonly Wanted[], outcomes: readonly PromiseSettledResult<string>[]): string {
  const values = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [String(outcome.value)] : []));
  const errors = outcomes.flatMap((outcome, index) => {
    const one = wanted[index];
    if (outcome.status === 'fulfilled' || one?.kind !== 'secret') return [];
    const { code, message } = explainAwsError(outcome.reason, UPSTREAM_NAMES.secret);
    return [{ SecretId: one.secretId, ErrorCode: code, Message: message }];
  });
  return `{"SecretValues":[${values.join()}],"Errors":${JSON.stringify(errors)}}`;
}

/** Some clients take 8 KB of headers. */
const LONGEST_MESSAGE = 2_000;
/** Clients of AWS's extension know no other text for what AWS refused; the headers say more. */
const AWS_400_BODY = 'an unexpected error occurred while executing request';
