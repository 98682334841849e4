import { expect, it } from 'vitest';
import { parseJson } from './parse-json.ts';

it.each(['{"PASSWORD": s3cret}', '{"PASSWORD":"s3cret" x}', '{"PASSWORD":"s3cret"'])(
  'does not quote a file that does not parse: %s',
  (text) => {
    expect(() => parseJson(text)).toThrow(/^it is not valid JSON/);
    expect(() => parseJson(text)).not.toThrow(/s3cret/);
  },
);

it('parses', () => {
  expect(parseJson('{"A":1}')).toEqual({ A: 1 });
});
