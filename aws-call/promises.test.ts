import { describe, expect, it } from 'vitest';
import { spoilt } from '../test/support/servers/bad-answers.ts';
import {
  promisedCredentials,
  promisedList,
  promisedParameter,
  promisedParameterValue,
  promisedPlaintext,
  promisedSecret,
  promisedSecretValue,
  promisedText,
  readableOf,
} from './promises.ts';

const secret = { ARN: 'arn:a', Name: 'a', SecretString: 'text', VersionId: 'v', VersionStages: ['AWSCURRENT'] };
const parameter = { Name: '/p', Type: 'String', Value: 'text', Version: 1 };
const credentials = { AccessKeyId: 'a', SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(0) };
const notAnObject = [undefined, null, '', 'hunter2', 5, true, [], ['hunter2']] as const;

describe('what AWS promises', () => {
  it.each<[string, (answer: never) => unknown, unknown]>([
    ['a secret of the SDK', promisedSecret, { ...secret, CreatedDate: new Date(0) }],
    ['a secret in JSON', promisedSecret, { ...secret, CreatedDate: 1_703_775_451.359, SecretBinary: null }],
    ['a binary secret', promisedSecret, { ARN: 'a', Name: 'a', SecretBinary: Uint8Array.of(0) }],
    ['a parameter', promisedParameter, parameter],
    ['the credentials of a role', promisedCredentials, credentials],
  ])('passes as it is: %s', (_what, promised, answer) => {
    expect(promised(answer as never)).toBe(answer);
  });

  it('passes values', () => {
    expect(promisedSecretValue({ SecretBinary: 'AP8=' })).toEqual({ SecretBinary: 'AP8=' });
    expect(promisedParameterValue({ Parameter: { Value: 'text' } })).toBe('text');
    expect(promisedPlaintext({ Plaintext: 'AP8=' })).toBe('AP8=');
    expect(promisedList('Parameters', [])).toEqual([]);
    expect(promisedText('NextToken', 't')).toBe('t');
  });

  const withNames = (fields: object, names: readonly string[]) =>
    spoilt({ ...fields }, names).map((one) => JSON.parse(one));
  it.each<[string, (answer: never) => unknown, readonly unknown[]]>([
    ['a secret', promisedSecret, withNames(secret, ['ARN', 'Name', 'SecretString'])],
    ['its value', promisedSecretValue, [...withNames({}, ['SecretString']), ...withNames({}, ['SecretBinary'])]],
    ['a parameter', promisedParameter, withNames(parameter, ['Name', 'Value'])],
    ['its value', promisedParameterValue, withNames({}, ['Parameter'])],
    ['credentials', promisedCredentials, withNames(credentials, Object.keys(credentials)).slice(0, 27)],
    ['a plain text', promisedPlaintext, [{ Plaintext: '%%%%' }, ...withNames({}, ['Plaintext'])]],
  ])('refuses anything else in place of %s, and quotes nothing', (_what, promised, answers) => {
    for (const answer of [...notAnObject, ...answers]) {
      expect(() => promised(answer as never), JSON.stringify(answer)).toThrow(/^AWS sent an unreadable answer: /);
      expect(() => promised(answer as never)).not.toThrow(/hunter2|12345678/);
    }
  });

  it('refuses anything else in place of a list or a text', () => {
    for (const answer of [undefined, null, 5, {}]) {
      expect(() => promisedList('Parameters', answer as never)).toThrow('there is no Parameters');
      expect(() => promisedText('NextToken', answer)).toThrow('there is no NextToken');
    }
  });

  it('keeps of a list what is as promised', () => {
    const list = [parameter, null, {}, { Name: '/q' }] as (typeof parameter)[];

    expect(readableOf(list, promisedParameter)).toEqual([parameter]);
  });
});
