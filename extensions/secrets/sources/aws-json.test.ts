import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { promisedParameter, promisedSecret } from '../../../aws-call/promises.ts';
import { answerJson } from '../../../test/support/servers/aws-server.ts';
import { startHttpServer } from '../../../test/support/servers/http-server.ts';
import { parameterBody, secretBody } from '../aws-body.ts';
import { parameterOf, secretOf } from './aws-json.ts';

/** Bodies by the official client, which gets the same answer. */
async function startOfficial() {
  let answer: unknown;
  const aws = await startHttpServer((request, response) => {
    request.resume().on('end', () => answerJson(response, 200, answer));
  });
  const endpoint = `http://127.0.0.1:${aws.port}`;
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 's' };
  const options = { region: 'eu-central-1', credentials, endpoint, maxAttempts: 1 };
  const [secrets, parameters] = [new SecretsManagerClient(options), new SSMClient(options)];
  return {
    secret: async (json: unknown) => {
      answer = json;
      return bodyOrRefusal(async () =>
        secretBody(promisedSecret(await secrets.send(new GetSecretValueCommand({ SecretId: 'a' })))),
      );
    },
    parameter: async (json: unknown) => {
      answer = { Parameter: json };
      return bodyOrRefusal(async () => {
        const { Parameter } = await parameters.send(new GetParameterCommand({ Name: 'a' }));
        return parameterBody(promisedParameter(Parameter));
      });
    },
    async [Symbol.asyncDispose]() {
      secrets.destroy();
      parameters.destroy();
      await aws[Symbol.asyncDispose]();
    },
  };
}

/** Why it was refused need not be the same. */
async function bodyOrRefusal(body: () => string | Promise<string>): Promise<string> {
  try {
    return await body();
  } catch {
    return 'refused';
  }
}

const text = fc.string({ unit: 'grapheme', minLength: 1 });
const seconds = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => ms / 1_000),
  fc.integer({ min: 0, max: 4_000_000_000 }),
  fc.double({ min: 0, max: 4_000_000_000, noNaN: true }),
);
const absent = fc.constantFrom(undefined, null);
const orAbsent = <T>(some: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: some }, absent);
const base64 = fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const secretJson = fc
  .record({
    ARN: text,
    Name: text,
    SecretString: orAbsent(text),
    SecretBinary: orAbsent(base64),
    VersionId: orAbsent(text),
    VersionStages: orAbsent(fc.array(text)),
    CreatedDate: orAbsent(seconds),
  })
  .filter(({ SecretString, SecretBinary }) => Boolean(SecretString) || Boolean(SecretBinary));
const parameterJson = fc.record({
  ARN: orAbsent(text),
  DataType: orAbsent(text),
  LastModifiedDate: orAbsent(seconds),
  Name: text,
  Selector: orAbsent(text),
  SourceResult: orAbsent(text),
  Type: orAbsent(fc.constantFrom('String', 'StringList', 'SecureString')),
  Value: text,
  Version: orAbsent(fc.nat()),
});

describe('the body that is made of AWS’s JSON', () => {
  it('is the one that the official client’s answer makes, for any secret', async () => {
    await using official = await startOfficial();

    await fc.assert(
      fc.asyncProperty(secretJson, async (json) => {
        expect(await bodyOrRefusal(() => secretBody(secretOf(json)))).toBe(await official.secret(json));
      }),
      { numRuns: 200 },
    );
  });

  it('is the one that the official client’s answer makes, for any parameter', async () => {
    await using official = await startOfficial();

    await fc.assert(
      fc.asyncProperty(parameterJson, async (json) => {
        expect(await bodyOrRefusal(() => parameterBody(parameterOf(json)))).toBe(await official.parameter(json));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['null', null],
    ['a list', []],
    ['nothing', {}],
    ['a time that is no number', { ARN: 'a', Name: 'n', SecretString: 's', CreatedDate: '2024-01-01T00:00:00Z' }],
    ['a time beyond all calendars', { ARN: 'a', Name: 'n', SecretString: 's', CreatedDate: 1e300 }],
    ['bytes that are no base64', { ARN: 'a', Name: 'n', SecretBinary: '*' }],
    ['stages that are none', { ARN: 'a', Name: 'n', SecretString: 's', VersionStages: 'AWSCURRENT' }],
  ])('is refused, as AWS promises something else, for %s', (_what, json) => {
    expect(() => secretOf(json)).toThrow('AWS sent an unreadable answer');
  });

  it.each([
    ['null', null],
    ['nothing', {}],
    ['a time that is no number', { Name: 'n', Value: 'v', LastModifiedDate: true }],
    ['a version that is no number', { Name: 'n', Value: 'v', Version: '1' }],
  ])('is refused for a parameter that is %s', (_what, json) => {
    expect(() => parameterOf(json)).toThrow('AWS sent an unreadable answer');
  });
});
