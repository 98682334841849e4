import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parameterBody, secretBody } from './aws-body.ts';

describe('secretBody', () => {
  it('has the fields, nulls, dates and escapes of a body recorded from AWS', () => {
    const body = secretBody({
      ARN: 'arn:aws:secretsmanager:eu-central-1:133500000000:secret:rds!db-c9b7-1QmcxB',
      CreatedDate: new Date('2023-12-28T14:57:31.359Z'),
      Name: 'rds!db-c9b7',
      SecretString: '{"username":"root","password":"9#2-:X~c0~>s~f{j16jQ6uRa]l!b"}',
      VersionId: 'c593fbd2-274e-421c-8ddc-083371280687',
      VersionStages: ['AWSCURRENT'],
    });

    expect(body).toBe(
      String.raw`{"ARN":"arn:aws:secretsmanager:eu-central-1:133500000000:secret:rds!db-c9b7-1QmcxB","CreatedDate":"2023-12-28T14:57:31.359Z","Name":"rds!db-c9b7","SecretBinary":null,"SecretString":"{\"username\":\"root\",\"password\":\"9#2-:X~c0~\u003es~f{j16jQ6uRa]l!b\"}","VersionId":"c593fbd2-274e-421c-8ddc-083371280687","VersionStages":["AWSCURRENT"],"ResultMetadata":{}}`,
    );
  });

  it('carries a binary secret as base64', () => {
    expect(secretBody({ SecretBinary: new Uint8Array([0, 255]) })).toContain(
      '"SecretBinary":"AP8=","SecretString":null',
    );
  });

  it('escapes as Go does', () => {
    expect(secretBody({ SecretString: '<&>\u2028\u2029é\u0000\t' })).toContain(
      String.raw`"SecretString":"\u003c\u0026\u003e\u2028\u2029é\u0000\t"`,
    );
  });

  it.each([
    ['2023-12-28T14:57:31.359Z', '2023-12-28T14:57:31.359Z'],
    ['2023-12-28T14:57:31.350Z', '2023-12-28T14:57:31.35Z'],
    ['2023-12-28T14:57:30.000Z', '2023-12-28T14:57:30Z'],
    ['2023-12-28T14:50:00.000Z', '2023-12-28T14:50:00Z'],
  ])('writes %s as %s', (date, written) => {
    expect(secretBody({ CreatedDate: new Date(date) })).toContain(`"CreatedDate":"${written}"`);
  });

  it('writes every text so that a JSON parser reads the same again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (SecretString) => {
        expect(JSON.parse(secretBody({ SecretString })).SecretString).toBe(SecretString);
      }),
    );
  });
});

describe('parameterBody', () => {
  it('has the fields and nulls of a body recorded from AWS', () => {
    const body = parameterBody({
      ARN: 'arn:aws:ssm:us-east-1:123456789012:parameter/p/dummy-string',
      DataType: 'text',
      LastModifiedDate: new Date('2022-11-16T08:22:40.362Z'),
      Name: '/p/dummy-string',
      Type: 'String',
      Value: 'my-string-param-value',
      Version: 1,
    });

    expect(body).toBe(
      '{"Parameter":{"ARN":"arn:aws:ssm:us-east-1:123456789012:parameter/p/dummy-string","DataType":"text","LastModifiedDate":"2022-11-16T08:22:40.362Z","Name":"/p/dummy-string","Selector":null,"SourceResult":null,"Type":"String","Value":"my-string-param-value","Version":1},"ResultMetadata":{}}',
    );
  });

  it.each(['1', 'Dev'])('has a colon before the selector %s, as recorded from AWS', (selector) => {
    expect(parameterBody({ Selector: `:${selector}` })).toContain(`"Selector":":${selector}","SourceResult":null`);
  });

  it('has what AWS’s extension sends for a secret that is read as a parameter', () => {
    const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:x-1QmcxB';
    const SourceResult = `{"ARN":"${ARN}","name":"x","secretString":"s","createdDate":"Nov 16, 2022, 8:22:40 AM"}`;

    const body = parameterBody({
      ARN,
      LastModifiedDate: new Date('2022-11-16T08:22:40.362Z'),
      Name: '/aws/reference/secretsmanager/x',
      SourceResult,
      Type: 'SecureString',
      Value: 's',
      Version: 0,
    });

    expect(body).toBe(
      `{"Parameter":{"ARN":"${ARN}","DataType":null,"LastModifiedDate":"2022-11-16T08:22:40.362Z","Name":"/aws/reference/secretsmanager/x","Selector":null,"SourceResult":${JSON.stringify(SourceResult)},"Type":"SecureString","Value":"s","Version":0},"ResultMetadata":{}}`,
    );
  });
});
