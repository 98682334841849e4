import type { Send } from '../deliver/deliver.ts';

export interface AwsJsonCall {
  readonly service: 'secretsmanager' | 'ssm' | 'kms';
  /** e.g. `secretsmanager.GetSecretValue` */
  readonly target: string;
  readonly input: object;
  /** Default: the function's. */
  readonly region?: string | undefined;
}

/** One call to AWS in its JSON protocol, signed. Rejects with an AwsRefusal where AWS says no. */
export type AwsJson = (call: AwsJsonCall, signal: AbortSignal) => Promise<unknown>;

export interface AwsJsonOptions {
  readonly send: Send;
  readonly region: string;
  /** Where a service listens in a region. */
  readonly endpoint: (service: AwsJsonCall['service'], region: string) => string;
}

export function awsJson({ send, region: ownRegion, endpoint }: AwsJsonOptions): AwsJson {
  return async ({ service, target, input, region = ownRegion }, signal) => {
    const { status, body } = await send(
      {
        url: `${endpoint(service, region)}/`,
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
        body: JSON.stringify(input),
        compression: 'none',
        items: [],
        sign: { service, region },
      },
      signal,
    );
    const answer = parse(body.toString());
    if (status === 200 && answer !== undefined) return answer;
    throw new AwsRefusal(status, answer);
  };
}

export class AwsRefusal extends Error {
  /** AWS's name for it, e.g. `AccessDeniedException`. */
  readonly code: string;

  constructor(status: number, answer: { __type?: unknown; message?: unknown; Message?: unknown } = {}) {
    const code = String(answer.__type ?? '').replace(/^.*#/, '') || `status ${status}`;
    const message = answer.message ?? answer.Message;
    super(typeof message === 'string' ? `${code}: ${message}` : code);
    this.code = code;
  }
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
