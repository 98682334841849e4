import { expect, it } from 'vitest';
import { parameterBody, parametersBody, secretBody } from './aws-body.ts';
import { servedTexts } from './served-values.ts';

it('names the texts of a secret in JSON that begins with a byte order mark', () => {
  expect([...servedTexts()([secretBody({ SecretString: '\uFEFF{"password":"hunter2"}' })])]).toContain('hunter2');
});

it('names a secret whole and each text in it, a binary one as it is served, secure parameters, and nothing that is public or short', () => {
  const bodies = [
    secretBody({ SecretString: '{"password":"hunter2","user":"root","nested":{"key":"abcdef"}}' }),
    secretBody({ SecretString: 'plain secret' }),
    secretBody({ SecretBinary: new Uint8Array(9) }),
    parameterBody({ Type: 'SecureString', Value: 'secure value' }),
    parameterBody({ Type: 'String', Value: 'public value' }),
    parametersBody([{ Type: 'SecureString', Value: 'secure below' }]),
  ];

  expect([...servedTexts()(bodies)]).toEqual([
    '{"password":"hunter2","user":"root","nested":{"key":"abcdef"}}',
    'hunter2',
    'abcdef',
    'plain secret',
    'AAAAAAAAAAAA',
    'secure value',
    'secure below',
  ]);
});
