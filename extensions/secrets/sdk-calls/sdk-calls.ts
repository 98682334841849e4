import type { IncomingMessage } from 'node:http';
import { messageAndHint } from '../../../aws-call/explain-aws-error.ts';
import { UPSTREAM_NAMES, type Wanted } from '../../../aws-call/wanted.ts';
import { bodyReader } from '../../../foundation/read-body.ts';
import { type AwsFailure, type AwsServices, explainAwsError, type RequestHandler } from '../../sdk/index.ts';
import { callerCheck } from '../caller-check.ts';
import type { ValueReader } from '../read-value.ts';
import { readSdkCall, type SdkCall } from './read-sdk-call.ts';
import {
  errorAnswer,
  type Outcome,
  parameterAnswer,
  parametersAnswer,
  pathAnswer,
  secretAnswer,
  secretsAnswer,
} from './sdk-bodies.ts';

/** Whether a client of the AWS SDK sent it: one whose endpoint is this server. */
export function isSdkCall({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return method === 'POST' && (headers['x-amz-target'] !== undefined || headers['smithy-protocol'] !== undefined);
}

/**
 * Answers clients of the AWS SDK in AWS's JSON protocol, from the same memory. Their signature has the session token, which
 * proves that they run in this environment; the signature itself is not checked.
 */
export function sdkCalls({ aws, reader }: SdkCallsOptions): RequestHandler {
  const refusalOf = callerCheck(aws, SIGNED_WITH_TOKEN);
  const readBody = bodyReader({ bodyBytes: LONGEST_BODY, inFlightBytes: LONGEST_BODY * BODIES_IN_FLIGHT });

  async function answerOf(request: IncomingMessage): Promise<Answer> {
    const refusal = await refusalOf(request);
    if (refusal !== undefined) return failed(refusal.status, 'UnrecognizedClientException', refusal.body);
    const target = request.headers['x-amz-target'];
    if (typeof target !== 'string') return failed(415, 'UnsupportedProtocolException', ONLY_JSON);
    return readBody(request, (body) =>
      'problem' in body
        ? failed(413, 'RequestEntityTooLargeException', `The body may have ${LONGEST_BODY} bytes`)
        : fulfil(readSdkCall(target, body.toString())),
    );
  }

  async function fulfil(call: SdkCall): Promise<Answer> {
    switch (call.operation) {
      case 'none':
        return failed(400, call.code, call.message);
      case 'GetSecretValue':
        return readOne(call.wanted, secretAnswer);
      case 'GetParameter':
        return readOne(call.wanted, parameterAnswer);
      case 'GetParametersByPath':
        return readOne(call.wanted, pathAnswer);
      case 'BatchGetSecretValue':
        return { status: 200, body: secretsAnswer(await readMany(call.wanted)) };
      case 'GetParameters': {
        const outcomes = await readMany(call.wanted);
        const failure = outcomes.find(
          (one) => one.failure !== undefined && !NO_PARAMETER.has(one.failure.code),
        )?.failure;
        return failure === undefined ? { status: 200, body: parametersAnswer(outcomes) } : failureAnswer(failure);
      }
      default:
        return call satisfies never;
    }
  }

  async function readOne(wanted: Wanted, answer: (body: string) => string): Promise<Answer> {
    try {
      return { status: 200, body: answer(await reader.read(wanted)) };
    } catch (error) {
      return failureAnswer(explainAwsError(error, UPSTREAM_NAMES[wanted.kind]));
    }
  }

  async function readMany(wanted: readonly (readonly [id: string, Wanted])[]): Promise<(Outcome & Failed)[]> {
    const results = await reader.readMany(wanted.map(([, one]) => one));
    return wanted.map(([id, { kind }], index) => {
      const result = results[index];
      return result?.status === 'fulfilled'
        ? { id, body: result.value, failure: undefined }
        : { id, body: undefined, failure: explainAwsError(result?.reason, UPSTREAM_NAMES[kind]) };
    });
  }

  return async (request, response) => {
    let answer: Answer;
    try {
      answer = await answerOf(request);
    } catch (error) {
      // The caller broke off, or was cut off.
      if (request.errored || request.socket.writableEnded) return;
      throw error;
    }
    const headers = {
      'Content-Type': request.headers['content-type'] === JSON_1_0 ? JSON_1_0 : JSON_1_1,
      'Content-Length': Buffer.byteLength(answer.body),
      ...answer.headers,
    };
    response.writeHead(answer.status, headers).end(answer.body);
  };
}

export interface SdkCallsOptions {
  aws: Pick<AwsServices, 'isSessionToken' | 'hasSessionToken'>;
  reader: Pick<ValueReader, 'read' | 'readMany'>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Failed {
  readonly failure: AwsFailure | undefined;
}

function failureAnswer(failure: AwsFailure): Answer {
  const { status, code, requestId } = failure;
  const answer = failed(status, code, messageAndHint(failure));
  return requestId === undefined ? answer : { ...answer, headers: { 'x-amzn-RequestId': requestId } };
}

function failed(status: number, code: string, message: string): Answer {
  return { status, body: errorAnswer(code, message) };
}

const SIGNED_WITH_TOKEN = {
  headers: ['x-amz-security-token'],
  wrong: 'the client must use the credentials of the function: X-Amz-Security-Token is not its AWS_SESSION_TOKEN',
} as const;
const ONLY_JSON = 'The secrets extension speaks AWS’s JSON protocol alone';
const JSON_1_0 = 'application/x-amz-json-1.0';
const JSON_1_1 = 'application/x-amz-json-1.1';
const NO_PARAMETER = new Set(['ParameterNotFound', 'ParameterVersionNotFound']);
/** Twenty ids of 2,048 characters fit in. */
const LONGEST_BODY = 128 * 1024;
const BODIES_IN_FLIGHT = 32;
