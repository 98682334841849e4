/** Refuses words that slow a reader down in Markdown, in texts and in comments: `npm run words`. */
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { whenCalled } from './command.ts';
import { findForbiddenWords } from './forbidden-words.ts';

const ROOT = resolve(import.meta.dirname, '..');
const FILES = [
  '**/*.{md,ts,mjs,cjs,rs,sh,py,yml}',
  '{images,handler-template,examples}/**/Dockerfile',
  'Dockerfile',
  '.ci/run',
  'biome.json',
];
/** What others wrote, what is generated, and the list of words itself. */
const LEFT_OUT = ['**/{node_modules,dist,target}/**', 'test/fixtures/**', 'scripts/forbidden-words*.ts'];

await whenCalled(import.meta, () => {
  const problems = globSync(FILES, { cwd: ROOT, exclude: LEFT_OUT })
    .sort()
    .flatMap((file) =>
      findForbiddenWords(file, readFileSync(resolve(ROOT, file), 'utf8')).map(
        ({ line, words, say }) => `${file}:${line}: "${words}": say "${say}"`,
      ),
    );
  if (problems.length === 0) return;
  console.error(`${problems.join('\n')}\n${problems.length} places need plainer words.`);
  process.exitCode = 1;
});
