import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fillIn, findReferences } from './reference.ts';

it('finds each kind, with its field', () => {
  const text = 'a ${secretsmanager:prod/dd#api.key} b ${ssm:/team/key:3}${kms:AQID+/==}';

  expect(findReferences(text)).toEqual([
    { text: '${secretsmanager:prod/dd#api.key}', kind: 'secretsmanager', id: 'prod/dd', key: 'api.key' },
    { text: '${ssm:/team/key:3}', kind: 'ssm', id: '/team/key:3', key: undefined },
    { text: '${kms:AQID+/==}', kind: 'kms', id: 'AQID+/==', key: undefined },
  ]);
});

it.each(['', 'text', '${', '${}', '${ssm}', '${ssm:}', '${ssm:#key}', '${vault:x}', '${ssm:open', '$ssm:x}'])(
  'leaves %j as it is',
  (text) => {
    expect(findReferences(text)).toEqual([]);
    expect(fillIn(text, new Map())).toBe(text);
  },
);

it('finds a reference after text that looks like one', () => {
  expect(findReferences('${a ${ssm:x} ${ssm:y}').map(({ id }) => id)).toEqual(['x', 'y']);
});

it('takes a reference that is opened twice for one, and keeps the text around it', () => {
  const text = 'a=${ssm:b=${ssm:c},d';

  expect(findReferences(text).map(({ id }) => id)).toEqual(['b=${ssm:c']);
  expect(fillIn(text, new Map())).toBe(text);
});

it('leaves a reference without a value as it is, also in a text that is JSON', () => {
  const text = '{"a":"${ssm:"b"}"}';

  expect(fillIn(text, new Map())).toBe(text);
});

it('puts values in their places and does not look for references in them', () => {
  const values = new Map([
    ['${ssm:a}', '${ssm:b}'],
    ['${ssm:b}', '$& $1'],
  ]);

  expect(fillIn('-${ssm:a}-${ssm:b}-${ssm:a}-', values)).toBe('-${ssm:b}-$& $1-${ssm:b}-');
});

it('escapes values in a text that is JSON', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const filled = fillIn('{"authorization":"Bearer ${ssm:a}"}', new Map([['${ssm:a}', value]]));

      expect(JSON.parse(filled)).toEqual({ authorization: `Bearer ${value}` });
    }),
  );
});

it('keeps what stands around references', () => {
  const around = fc.string().filter((text) => !text.includes('$') && !text.includes('{'));

  fc.assert(
    fc.property(around, around, fc.string(), (before, after, value) => {
      expect(fillIn(`${before}\${ssm:a}${after}`, new Map([['${ssm:a}', value]]))).toBe(`${before}${value}${after}`);
    }),
  );
});
