import { expect, it } from 'vitest';
import { tagList } from './datadog-tag-list.ts';

const expected = ['team:shop', 'tier:1'];

it.each([
  ['team:shop,tier:1', expected, true],
  ['team:shop tier:1', expected, true],
  ['team:shop, tier:1,', expected, true],
  ['team:shop\n\ttier:1', expected, true],
  ['["team:shop","tier:1"]', expected, true],
  ['{"team":"shop","tier":1}', expected, true],
  ['url:https://shop.test', ['url:https://shop.test'], true],
  ['{"team":', [], false],
])('reads the tags %j', (text, value, isValid) => {
  expect(tagList('DD_TAGS', '').read(text)).toEqual({ value, isValid });
});
