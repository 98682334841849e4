import { describe, expect, it } from 'vitest';
import { problemsOf } from './json-schema.ts';

const schema = {
  type: 'object',
  required: ['limit'],
  properties: { limit: { type: 'integer', minimum: 1 }, mail: { type: 'string', format: 'email' } },
};

describe('a schema', () => {
  it('is satisfied', () => {
    expect(problemsOf('{"limit":5,"mail":"a@b.de"}', schema)).toEqual([]);
  });

  it.each([
    ['{"limit":0}', '#/limit breaks "minimum"'],
    ['{}', '# breaks "required"'],
    ['{"limit":1,"mail":"secret"}', '#/mail breaks "format"'],
    ['limit: 5', 'it is not JSON'],
  ])('is not satisfied by %s', (text, problem) => {
    const problems = problemsOf(text, schema);

    expect(problems).toContain(problem);
    expect(problems.join()).not.toContain('secret');
  });

  it('counts by the draft that it names', () => {
    const tuple = { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }] };

    expect(problemsOf('[5]', tuple)).not.toEqual([]);
  });
});
