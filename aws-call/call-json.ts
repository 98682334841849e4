import { AwsError } from './errors.ts';
import type { HttpResponse } from './send.ts';
import type { SigningScope } from './sign.ts';
import { UnreadableAnswerError } from './unreadable-answer.ts';

export interface JsonCall {
  /** As AWS signs for it and names its endpoint. */
  readonly service: 'secretsmanager' | 'ssm' | 'kms' | 'logs' | 'kinesis';
  /** e.g. `secretsmanager.GetSecretValue` */
  readonly target: string;
  readonly input: object;
  /** Default: the function's. */
  readonly region?: string | undefined;
}

/**
 * One call to AWS in its JSON protocol, version 1.1. Rejects with an AwsError where AWS answers with one, and with an
 * UnreadableAnswerError where the answer is not a JSON object.
 */
export type CallJson = (call: JsonCall, signal: AbortSignal) => Promise<unknown>;

export interface JsonCallerOptions {
  /** Signs the request and sends it. */
  readonly send: (request: JsonRequest, signal: AbortSignal) => Promise<HttpResponse>;
  readonly region: string;
  /** Where a service listens in a region. */
  readonly endpoint: (service: JsonCall['service'], region: string) => string;
}

export interface JsonRequest {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly sign: SigningScope;
}

export function jsonCaller({ send, region: ownRegion, endpoint }: JsonCallerOptions): CallJson {
  return async ({ service, target, input, region = ownRegion }, signal) => {
    const response = await send(
      {
        method: 'POST',
        url: `${endpoint(service, region)}/`,
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
        body: JSON.stringify(input),
        sign: { service, region },
      },
      signal,
    );
    if (response.status !== 200) throw new AwsError(response);
    return parse(response.body.toString());
  };
}

function parse(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnreadableAnswerError('it is not JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UnreadableAnswerError('it is not a JSON object');
}
