import { expect, it } from 'vitest';
import { secretTexts } from './secret-texts.ts';

it.each<[string, object, string[]]>([
  [
    'a secret whole, and each text in it that is long enough',
    { SecretString: '{"password":"hunter2","user":"root","nested":{"keys":["abcdef"]}}' },
    ['{"password":"hunter2","user":"root","nested":{"keys":["abcdef"]}}', 'hunter2', 'abcdef'],
  ],
  ['a secret that is no JSON', { SecretString: 'plain secret', SecretBinary: null }, ['plain secret']],
  ['a binary secret as it is read', { SecretBinary: 'AAAAAAAAAAAA' }, ['AAAAAAAAAAAA']],
  ['a secure parameter', { Parameter: { Type: 'SecureString', Value: 'secure value' } }, ['secure value']],
  ['no other parameter', { Parameter: { Type: 'String', Value: 'public value' } }, []],
  [
    'the secure parameters below a path',
    {
      Parameters: [
        { Type: 'SecureString', Value: 'secure below' },
        { Type: 'String', Value: 'public below' },
      ],
    },
    ['secure below'],
  ],
  ['nothing of an answer without a value', {}, []],
])('names %s', (_what, body, texts) => {
  expect([...secretTexts(JSON.stringify(body))]).toEqual(texts);
});
