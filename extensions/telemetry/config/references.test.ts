import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../foundation/clock.ts';
import { type AwsAnswer, answerJson, startAwsServer } from '../../../test/support/servers/aws-server.ts';
import { answerRaw, BAD_BODIES, spoilt } from '../../../test/support/servers/bad-answers.ts';
import { httpSender } from '../deliver/http-sender.ts';
import { awsJson } from './aws-json.ts';
import { localCalls } from './local-calls.ts';
import { referenceResolver } from './references.ts';

const { signal } = new AbortController();

async function setUp(answer: AwsAnswer, { localFile, ...options }: { boundMs?: number; localFile?: string } = {}) {
  const aws = await startAwsServer(answer);
  const sender = httpSender({
    clock: systemClock,
    proxyEnvironment: {},
    credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' }),
    longestMs: 3_000,
  });
  const warnings: string[] = [];
  const calls = awsJson({ send: sender.send, region: 'eu-west-1', endpoint: () => aws.url });
  const resolver = referenceResolver({
    aws: localFile === undefined ? calls : localCalls(localFile, calls),
    functionName: 'orders',
    warn: (message) => warnings.push(message),
    ...options,
  });
  return {
    aws,
    warnings,
    ...resolver,
    async [Symbol.asyncDispose]() {
      sender.close();
      await aws[Symbol.asyncDispose]();
    },
  };
}

const answerAll: AwsAnswer = ({ operation, input }, response) => {
  switch (operation) {
    case 'GetSecretValue':
      return answerJson(response, 200, { SecretString: `{"key":"secret of ${input.SecretId}","deep":{"n":7}}` });
    case 'GetParameter':
      return answerJson(response, 200, { Parameter: { Value: `parameter ${input.Name}\n` } });
    default:
      return answerJson(response, 200, { Plaintext: btoa('plain text') });
  }
};

const refuse =
  (code: string, message?: string): AwsAnswer =>
  (_call, response) =>
    answerJson(response, 400, { __type: `com.amazonaws#${code}`, message });

describe('resolving', () => {
  const references = ['${secretsmanager:a}', '${ssm:/p}', '${kms:AQID}'];
  const wrongTypes = ['SecretString', 'Parameter', 'Plaintext'].flatMap((name) => spoilt({}, [name]));
  const wrongValues = spoilt({}, ['Value']).map((one) => `{"Parameter":${one}}`);

  it.each([...BAD_BODIES, ...wrongTypes, ...wrongValues])(
    'gives nothing for what AWS does not promise: %s',
    async (body) => {
      await using resolver = await setUp((_call, response) => answerRaw(response, body));

      const texts = await Promise.all(references.map((text) => resolver.resolve({ text }, signal)));

      expect(texts).toEqual([undefined, undefined, undefined]);
      expect(resolver.warnings).toHaveLength(3);
      expect(resolver.warnings.join()).not.toMatch(/hunter2|12345678/);
    },
  );

  it('keeps a value whose renewal brings nothing', async () => {
    let body = '{"SecretString":"old"}';
    await using resolver = await setUp((_call, response) => answerRaw(response, body));
    await resolver.resolve({ text: '${secretsmanager:a}' }, signal);

    body = '{}';
    resolver.forget({ text: '${secretsmanager:a}' });
    await resolver.resolve({ text: '${secretsmanager:a}' }, signal);

    expect([...resolver.values()]).toEqual(['old']);
  });

  it('leaves texts without references alone and makes no call', async () => {
    await using references = await setUp(answerAll);

    expect(await references.resolve({ url: 'https://x', index: undefined }, signal)).toEqual({
      url: 'https://x',
      index: undefined,
    });
    expect(references.aws.calls).toEqual([]);
  });

  it('reads secrets, fields of them, parameters and ciphertexts', async () => {
    await using references = await setUp(answerAll);

    const texts = await references.resolve(
      {
        token: '${secretsmanager:a#key}',
        header: 'n=${secretsmanager:b#deep.n}, p=${ssm:/p}',
        key: '${kms:AQID}',
      },
      signal,
    );

    expect(texts).toEqual({ token: 'secret of a', header: 'n=7, p=parameter /p', key: 'plain text' });
    expect([...references.values()].sort()).toEqual(['7', 'parameter /p', 'plain text', 'secret of a']);
  });

  it.each([
    ['the first field that is there', 'nothing|deep.n|', '7'],
    ['no field', 'nothing|none', undefined],
    ['the whole value of a secret that is no JSON', 'key|', 'plain'],
  ])('reads one of several fields: %s', async (_case, key, expected) => {
    await using references = await setUp((call, response) =>
      call.operation === 'GetSecretValue'
        ? answerJson(response, 200, { SecretString: expected === 'plain' ? 'plain' : '{"deep":{"n":7}}' })
        : answerAll(call, response),
    );

    const texts = await references.resolve({ key: `\${secretsmanager:x#${key}}` }, signal);

    expect(texts?.key).toBe(expected);
  });

  it('calls AWS signed, with decryption, and with the function’s name as context', async () => {
    await using references = await setUp(answerAll);

    await references.resolve({ a: '${secretsmanager:a#key}', b: '${ssm:/p}', c: '${kms:AQID}' }, signal);

    const calls = references.aws.calls.toSorted((a, b) => a.operation.localeCompare(b.operation));
    expect(calls.map(({ operation, input }) => [operation, input])).toEqual([
      ['Decrypt', { CiphertextBlob: 'AQID', EncryptionContext: { LambdaFunctionName: 'orders' } }],
      ['GetParameter', { Name: '/p', WithDecryption: true }],
      ['GetSecretValue', { SecretId: 'a' }],
    ]);
    expect(calls.map(({ headers }) => headers['x-amz-target'])).toEqual([
      'TrentService.Decrypt',
      'AmazonSSM.GetParameter',
      'secretsmanager.GetSecretValue',
    ]);
    expect(calls[2]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/secretsmanager\/aws4_request, /,
    );
  });

  it('asks in the region that an ARN names', async () => {
    await using references = await setUp(answerAll);
    const arn = 'arn:aws:secretsmanager:us-east-2:123456789012:secret:a-AbCdEf';

    await references.resolve({ key: `\${secretsmanager:${arn}#key}` }, signal);

    expect(references.aws.calls[0]?.input).toEqual({ SecretId: arn });
    expect(references.aws.calls[0]?.headers.authorization).toContain('/us-east-2/secretsmanager/');
  });

  it('reads each reference once for all settings', async () => {
    await using references = await setUp(answerAll);
    const texts = { a: '${ssm:/p}', b: 'x ${ssm:/p}' };

    await Promise.all([references.resolve(texts, signal), references.resolve({ c: '${ssm:/p}' }, signal)]);
    await references.resolve(texts, signal);

    expect(references.aws.calls).toHaveLength(1);
  });

  it('reads a forgotten value again', async () => {
    let version = 0;
    await using references = await setUp((_call, response) =>
      answerJson(response, 200, { SecretString: `version ${++version}` }),
    );
    const texts = { token: '${secretsmanager:a}' };

    const before = await references.resolve(texts, signal);
    references.forget(texts);

    expect([before, await references.resolve(texts, signal)]).toEqual([{ token: 'version 1' }, { token: 'version 2' }]);
  });

  it('keeps a refused value for redaction until it has another one, since it may be valid elsewhere', async () => {
    let answer: AwsAnswer = answerAll;
    await using references = await setUp((call, response) => answer(call, response));
    const texts = { token: '${ssm:/p}' };
    await references.resolve(texts, signal);

    references.forget(texts);
    const refused = [...references.values()];
    answer = refuse('AccessDeniedException');
    const unread = await references.resolve(texts, signal);
    answer = (_call, response) => answerJson(response, 200, { Parameter: { Value: 'another' } });
    await references.resolve(texts, signal);

    expect([refused, unread, [...references.values()]]).toEqual([['parameter /p'], undefined, ['another']]);
  });

  it('decrypts without context what was encrypted without one', async () => {
    await using references = await setUp(({ input }, response) =>
      input.EncryptionContext === undefined
        ? answerJson(response, 200, { Plaintext: btoa('plain') })
        : answerJson(response, 400, { __type: 'InvalidCiphertextException' }),
    );

    expect(await references.resolve({ key: '${kms:AQID}' }, signal)).toEqual({ key: 'plain' });
  });

  it('reads the text of a binary secret', async () => {
    await using references = await setUp((_call, response) =>
      answerJson(response, 200, { SecretBinary: btoa('bytes') }),
    );

    expect(await references.resolve({ key: '${secretsmanager:a}' }, signal)).toEqual({ key: 'bytes' });
  });
});

describe('what cannot be read', () => {
  it.each<[string, AwsAnswer, string]>([
    [
      '${secretsmanager:prod/dd}',
      refuse('AccessDeniedException', 'User: … is not authorized'),
      '${secretsmanager:prod/dd} cannot be read: AccessDeniedException; the role of the function needs secretsmanager:GetSecretValue, and kms:Decrypt where it is encrypted with a key of yours. The next flush tries again.',
    ],
    [
      '${ssm:/p}',
      refuse('AccessDeniedException'),
      '${ssm:/p} cannot be read: AccessDeniedException; the role of the function needs ssm:GetParameter, and kms:Decrypt where it is encrypted with a key of yours. The next flush tries again.',
    ],
    [
      `\${kms:${'A'.repeat(200)}}`,
      refuse('AccessDeniedException'),
      '${kms:AAAA…} cannot be read: AccessDeniedException; the role of the function needs kms:Decrypt. The next flush tries again.',
    ],
    [
      '${kms:not-encrypted}',
      refuse('InvalidCiphertextException'),
      '${kms:not-…} cannot be read: InvalidCiphertextException. The next flush tries again.',
    ],
    [
      '${ssm:/p}',
      refuse('ParameterNotFound'),
      '${ssm:/p} cannot be read: ParameterNotFound. The next flush tries again.',
    ],
    [
      '${secretsmanager:a}',
      refuse('ResourceNotFoundException', 'Secrets Manager can’t find it.'),
      '${secretsmanager:a} cannot be read: ResourceNotFoundException: Secrets Manager can’t find it. The next flush tries again.',
    ],
    [
      '${secretsmanager:a#key}',
      (_call, response) => answerJson(response, 200, { SecretString: 'hunter2' }),
      '${secretsmanager:a#key} cannot be read: its value is not JSON. The next flush tries again.',
    ],
    [
      '${secretsmanager:a#no}',
      (_call, response) => answerJson(response, 200, { SecretString: '{"key":"hunter2"}' }),
      '${secretsmanager:a#no} cannot be read: its value has no text in a field "no". The next flush tries again.',
    ],
    [
      '${secretsmanager:a#__proto__}',
      (_call, response) => answerJson(response, 200, { SecretString: '{"key":"hunter2"}' }),
      '${secretsmanager:a#__proto__} cannot be read: its value has no text in a field "__proto__". The next flush tries again.',
    ],
    [
      '${secretsmanager:a}',
      (_call, response) => response.writeHead(503).end('<html>'),
      '${secretsmanager:a} cannot be read: status 503. The next flush tries again.',
    ],
  ])('is named with its cause: %s', async (text, answer, warning) => {
    await using references = await setUp(answer);

    expect(await references.resolve({ key: text }, signal)).toBeUndefined();
    expect(references.warnings).toEqual([warning]);
  });

  it('is tried again and named once', async () => {
    await using references = await setUp(refuse('ThrottlingException'));

    await references.resolve({ key: '${ssm:/p}' }, signal);
    await references.resolve({ key: '${ssm:/p}' }, signal);

    expect(references.aws.calls).toHaveLength(2);
    expect(references.warnings).toHaveLength(1);
  });

  it('takes no longer than its bound if AWS does not answer', async () => {
    await using references = await setUp(() => undefined, { boundMs: 20 });

    expect(await references.resolve({ key: '${ssm:/p}' }, signal)).toBeUndefined();
    expect(references.warnings).toEqual([
      '${ssm:/p} cannot be read: ssm does not answer; a function in a VPC needs a route to it. The next flush tries again.',
    ]);
  });

  it('is named within what a function with Lambda’s own time-out of 3 s leaves', async () => {
    await using references = await setUp(() => undefined);

    expect(await references.resolve({ key: '${ssm:/p}' }, AbortSignal.timeout(2_600))).toBeUndefined();
    expect(references.warnings).toHaveLength(1);
  });

  it('is not named if the flush ended first', async () => {
    await using references = await setUp(() => undefined);

    expect(await references.resolve({ key: '${ssm:/p}' }, AbortSignal.timeout(20))).toBeUndefined();
    expect(references.warnings).toEqual([]);
  });

  it('does not keep others from being read', async () => {
    await using references = await setUp(({ operation }, response) =>
      operation === 'GetParameter'
        ? answerJson(response, 200, { Parameter: { Value: 'v' } })
        : answerJson(response, 400, { __type: 'ResourceNotFoundException' }),
    );

    expect(await references.resolve({ a: '${secretsmanager:a}', b: '${ssm:/p}' }, signal)).toBeUndefined();
    expect(await references.resolve({ b: '${ssm:/p}' }, signal)).toEqual({ b: 'v' });
    expect(references.aws.calls).toHaveLength(2);
  });
});

it.each(['1234567890123456789012', '1.10', '-0'])('a field that is the number %s keeps its digits', async (number) => {
  await using references = await setUp((_call, response) =>
    answerJson(response, 200, { SecretString: `\uFEFF{"deep":{"n":${number}}}` }),
  );

  expect(await references.resolve({ key: '${secretsmanager:a#deep.n}' }, signal)).toEqual({ key: number });
});

it('reads secrets and parameters from the file that stands in for AWS, and the rest from AWS', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'references-'));
  const file = join(folder, 'values.json');
  writeFileSync(file, '{"prod/dd":{"key":"of the file"},"/team/key":"parameter of the file"}');
  await using references = await setUp(answerAll, { localFile: file });
  const texts = {
    byName: '${secretsmanager:prod/dd#key}',
    byArn: '${secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/dd-AbCdEf#key}',
    parameter: '${ssm:/team/key:1}',
    cipher: '${kms:AQID}',
  };

  expect(await references.resolve(texts, signal)).toEqual({
    byName: 'of the file',
    byArn: 'of the file',
    parameter: 'parameter of the file',
    cipher: 'plain text',
  });
  expect(references.aws.calls.map(({ operation }) => operation)).toEqual(['Decrypt']);
  expect(await references.resolve({ key: '${ssm:/none}' }, signal)).toBeUndefined();
  expect(references.warnings).toEqual([
    `\${ssm:/none} cannot be read: ${file} has no parameter "/none". The next flush tries again.`,
  ]);
  rmSync(folder, { recursive: true });
});
