import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readContext } from './context.ts';

describe('a context', () => {
  it.each([
    ['', {}],
    ['userId=u-1', { userId: 'u-1' }],
    ['userId=u-1, country=DE', { userId: 'u-1', country: 'DE' }],
    ['email=jane_doe@example.org,plan=a=b', { email: 'jane_doe@example.org', plan: 'a=b' }],
    ['roles=admin,editor, age=6.5E+01', { roles: 'admin,editor', age: '6.5E+01' }],
    ['empty=, name = Jane Doe ', { empty: '', name: 'Jane Doe' }],
    [Buffer.from('name=Jürgen').toString('latin1'), { name: 'Jürgen' }],
    ['name=J\u00fcrgen', { name: 'Jürgen' }],
    [Buffer.from('{"name":"Jürgen"}').toString('latin1'), { name: 'Jürgen' }],
    ['{"userId":"u, group=admin","age":5}', { userId: 'u, group=admin', age: '5' }],
    ['{"userId":null,"beta":true}', { beta: 'true' }],
    [
      '{"id":12345678901234567890,"price":1.10,"far":1e400}',
      { id: '12345678901234567890', price: '1.10', far: '1e400' },
    ],
    ['{"__proto__":"a","toString":"b"}', JSON.parse('{"__proto__":"a","toString":"b"}')],
    ['{}', {}],
  ])('%j', (header, expected) => {
    expect(Object.fromEntries(readContext(header) as ReadonlyMap<string, string>)).toEqual(expected);
  });

  it.each(['beta', '=x', ', a=b'])('%j is none', (header) => {
    expect(readContext(header)).toBe('the header Context takes key=value');
  });

  it('that begins as JSON must be JSON', () => {
    expect(readContext('{"a":')).toBe('the header Context begins as JSON and is none');
  });

  it.each(['{"a":"x","user":{"id":1}}', '{"user":[]}', '{"user":["u-1"]}', '{"user":{},"other":{}}'])(
    'names the value that is no text: %s',
    (header) => {
      expect(readContext(header)).toBe(
        'the header Context takes texts, numbers, true and false, and "user" is none of these',
      );
    },
  );

  it('is read or refused, whatever the header holds', () => {
    fc.assert(fc.property(fc.string(), (header) => readContext(header) !== undefined));
  });
});
