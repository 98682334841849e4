import { expect, it } from 'vitest';
import { findForbiddenWords } from './forbidden-words.ts';

const wordsIn = (file: string, text: string) => findForbiddenWords(file, text).map(({ words }) => words);

it.each([
  ['a list parted by commas', 'parted by'],
  ['A value of old stands in', 'of old'],
  ['the poll is tried anew', 'tried anew'],
  ['It is read anew.', 'anew'],
  ["a server in AWS's place", "in AWS's place"],
  ['a file that takes AppConfig’s place', 'takes AppConfig’s place'],
  ['a sink in the place of the vendor', 'in the place of'],
  ['It leaves by and by.', 'by and by'],
  ['Full jitter, lest all come back at once', 'lest'],
  ['dropped for want of room', 'for want of'],
  ['a line that tells of the end', 'tells of'],
  ['it was told of the shutdown', 'told of'],
  ['extensions hear of a failure', 'hear of'],
  ['How often telemetry leaves beside invocations', 'beside invocations'],
  ['It flushes beside an invocation.', 'beside an invocation'],
  ['They leave beside the next.', 'beside the next'],
  ['in the midst of a batch', 'in the midst of'],
  ['is not JSON, as which it begins', 'as which'],
  ['Whoever asks first waits.', 'Whoever'],
  ['It thereby saves a call.', 'thereby'],
  ['a document wherein a key is missing', 'wherein'],
])('refuses %j', (text, words) => {
  expect(wordsIn('page.md', text)).toEqual([words]);
  expect(wordsIn('source.ts', `const help = ${JSON.stringify(text)};`)).toEqual([words]);
});

it.each([
  ['The test stands beside its source.'],
  ['const parted = bySignal(items); parted.logs'],
  ['A new session begins.'],
  ['It takes place once.'],
  ['Where of two keys one counts, it is the first.'],
  ['the oldest of older records'],
  ['He told us; he heard us.'],
  ['the latest, and at least one'],
  ['file-of-old-values.ts'],
])('accepts %j', (text) => {
  expect(wordsIn('page.md', text)).toEqual([]);
  expect(wordsIn('source.ts', text)).toEqual([]);
});

it('takes code in Markdown as it is', () => {
  expect(wordsIn('page.md', '`parted by` and\n\n```\nlest\n```\n\nafter')).toEqual([]);
});

it('leaves out the tables of settings, whose texts stand in the declarations', () => {
  expect(wordsIn('page.md', '<!-- settings: host -->\n| parted by commas |\n<!-- end -->\n')).toEqual([]);
});

it.each([
  ['page.md', 'One line.\nWords parted\nby a line end.'],
  ['source.ts', '/**\n * Words parted\n * by a line end.\n */'],
  ['source.rs', '\n/// Words parted\n/// by a line end.'],
  ['run.sh', '#!/bin/sh\n# Words parted\n# by a line end.'],
])('finds words on two lines of %s, and names the first', (file, text) => {
  expect(findForbiddenWords(file, text)).toEqual([
    { line: 2, words: 'parted by', say: 'separated by, comma-separated' },
  ]);
});
