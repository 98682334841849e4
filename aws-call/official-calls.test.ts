import { text as textOf } from 'node:stream/consumers';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, GetParametersByPathCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../foundation/clock.ts';
import { answerJson, aParameter, aSecret } from '../test/support/servers/aws-server.ts';
import { startHttpServer } from '../test/support/servers/http-server.ts';
import type { JsonCall } from './call-json.ts';
import { AwsError } from './errors.ts';
import { openSender } from './send.ts';
import { signedCaller } from './signed-caller.ts';

const credentials = { accessKeyId: 'AKID', secretAccessKey: 's', sessionToken: 'token' };
const region = 'eu-central-1';
type Target =
  | `secretsmanager.${'GetSecretValue'}`
  | `AmazonSSM.${'GetParameter' | 'GetParameters' | 'GetParametersByPath'}`;
const commands: Record<Target, new (input: never) => object> = {
  'secretsmanager.GetSecretValue': GetSecretValueCommand,
  'AmazonSSM.GetParameter': GetParameterCommand,
  'AmazonSSM.GetParameters': GetParametersCommand,
  'AmazonSSM.GetParametersByPath': GetParametersByPathCommand,
};

/** What AWS would see and answer. The same calls are made by the official client and by ours. */
async function startBoth() {
  let answer: { status: number; body: unknown } = { status: 200, body: {} };
  const seen: { line: string; headers: object; scope: string; body: string }[] = [];
  const aws = await startHttpServer(async (request, response) => {
    const { method, url, headers } = request;
    const scope = /Credential=AKID\/\d+\/([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
    const { 'x-amz-target': target, 'content-type': type, 'x-amz-security-token': token } = headers;
    seen.push({ line: `${method} ${url}`, headers: { target, type, token }, scope, body: await textOf(request) });
    answerJson(response, answer.status, answer.body);
  });
  const url = `http://127.0.0.1:${aws.port}`;
  const options = { region, credentials, endpoint: url, maxAttempts: 1 };
  const [secrets, parameters] = [new SecretsManagerClient(options), new SSMClient(options)];
  const sender = openSender({ wallMs: Date.now, proxyEnvironment: {}, longestMs: 3_000 });
  const call = signedCaller({
    send: sender.send,
    credentials: async () => credentials,
    region,
    endpoint: () => url,
    clock: systemClock,
    random: () => 0,
    mostAttempts: 1,
  });

  return {
    answers: (status: number, body: unknown) => {
      answer = { status, body };
    },
    /** The requests and outcomes of both. */
    async compare(target: Target, input: object) {
      seen.length = 0;
      const command = new commands[target](input as never);
      const service = target.startsWith('secretsmanager') ? 'secretsmanager' : 'ssm';
      const client = (service === 'ssm' ? parameters : secrets) as { send(command: never): Promise<unknown> };
      const official = await outcomeOf(client.send(command as never));
      const ours = await outcomeOf(call({ service, target, input } satisfies JsonCall, AbortSignal.timeout(3_000)));
      const [request, ourRequest] = seen;
      return { official: { request, outcome: official }, ours: { request: ourRequest, outcome: ours } };
    },
    async [Symbol.asyncDispose]() {
      secrets.destroy();
      parameters.destroy();
      sender.close();
      await aws[Symbol.asyncDispose]();
    },
  };
}

async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    const { $metadata, ...answer } = (await work) as Record<string, unknown>;
    return asWire(answer);
  } catch (error) {
    if (error instanceof AwsError) {
      // The SDK's word where AWS gave none.
      return { code: error.code, message: error.reason || 'UnknownError', status: error.status };
    }
    const { name, message, $metadata } = error as Error & { $metadata: { httpStatusCode: number } };
    return { code: name, message, status: $metadata.httpStatusCode };
  }
}

/** The SDK's objects as AWS's JSON has them. */
function asWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1_000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(asWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asWire(one)]));
}

const text = fc.string({ unit: 'grapheme', minLength: 1 });
const few = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 3 });
const timeSeconds = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => ms / 1_000);
const call = fc.oneof(
  fc.record({
    target: fc.constant<Target>('secretsmanager.GetSecretValue'),
    input: fc.record({ SecretId: text, VersionId: text, VersionStage: text }, { requiredKeys: ['SecretId'] }),
  }),
  fc.record({
    target: fc.constant<Target>('AmazonSSM.GetParameter'),
    input: fc.record({ Name: text, WithDecryption: fc.boolean() }),
  }),
  fc.record({
    target: fc.constant<Target>('AmazonSSM.GetParameters'),
    input: fc.record({ Names: few(text), WithDecryption: fc.boolean() }),
  }),
  fc.record({
    target: fc.constant<Target>('AmazonSSM.GetParametersByPath'),
    input: fc.record(
      { Path: text, Recursive: fc.boolean(), WithDecryption: fc.boolean(), NextToken: text },
      { requiredKeys: ['Path'] },
    ),
  }),
);
const parameter = fc.record({ ARN: text, Name: text, Value: text, Version: fc.nat(), LastModifiedDate: timeSeconds });
const goodAnswer: Record<Target, fc.Arbitrary<object>> = {
  'secretsmanager.GetSecretValue': fc.oneof(
    fc.record({ ARN: text, Name: text, SecretString: text, VersionStages: few(text), CreatedDate: timeSeconds }),
    fc.record({
      ARN: text,
      SecretBinary: fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    }),
  ),
  'AmazonSSM.GetParameter': fc.record({ Parameter: parameter }),
  'AmazonSSM.GetParameters': fc.record({ Parameters: few(parameter), InvalidParameters: few(text) }),
  'AmazonSSM.GetParametersByPath': fc.record(
    { Parameters: few(parameter), NextToken: text },
    { requiredKeys: ['Parameters'] },
  ),
};
const errorAnswer = fc.record({
  status: fc.constantFrom(400, 403, 500, 503),
  body: fc.record({
    __type: fc.constantFrom(
      'ResourceNotFoundException',
      'com.amazonaws.secretsmanager#DecryptionFailure',
      'ParameterNotFound',
      'ParameterVersionNotFound',
      'AccessDeniedException',
      'com.amazon.coral.service#ThrottlingException',
      'InternalServiceError',
      'ExpiredTokenException',
    ),
    message: text,
  }),
});

describe('our calls and those of the official SDK', () => {
  it.each<[string, Target, object, number, unknown]>([
    ['a secret', 'secretsmanager.GetSecretValue', { SecretId: 'prod/db' }, 200, aSecret()],
    ['a parameter', 'AmazonSSM.GetParameter', { Name: '/p:3', WithDecryption: true }, 200, aParameter()],
    [
      'a refusal, as Secrets Manager words it',
      'secretsmanager.GetSecretValue',
      { SecretId: 'prod/db' },
      400,
      {
        __type: 'AccessDeniedException',
        Message: 'User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: secretsmanager:GetSecretValue',
      },
    ],
    [
      'a parameter that does not exist, without words',
      'AmazonSSM.GetParameter',
      { Name: '/p' },
      400,
      { __type: 'ParameterNotFound' },
    ],
  ])('are the same for %s', async (_what, target, input, status, body) => {
    await using both = await startBoth();
    both.answers(status, body);

    const { official, ours } = await both.compare(target, input);

    expect(ours.request).toEqual(official.request);
    expect(ours.outcome).toEqual(official.outcome);
  });

  it('are the same for random inputs, answers and errors', async () => {
    await using both = await startBoth();
    const one = call.chain((made) =>
      fc.record({
        made: fc.constant(made),
        answer: fc.oneof(
          goodAnswer[made.target].map((body) => ({ status: 200, body })),
          errorAnswer,
        ),
      }),
    );

    await fc.assert(
      fc.asyncProperty(one, async ({ made, answer }) => {
        both.answers(answer.status, answer.body);

        const { official, ours } = await both.compare(made.target, made.input);

        expect(ours).toEqual(official);
      }),
      { numRuns: 300 },
    );
  });
});
