import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, it } from 'vitest';
import { watchPaths } from './watch.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Counts the changes that were told, and waits for the next one. */
function counted() {
  let told = () => {};
  const onChange = async () => told();
  return {
    onChange,
    next: (act: () => void) =>
      new Promise<void>((resolve) => {
        told = resolve;
        act();
      }),
  };
}

it('reports each change, also in a folder that a build removed and made again, several times', async () => {
  const dist = join(folder, 'project/dist');
  const build = (text: string) => {
    mkdirSync(join(dist, 'below'), { recursive: true });
    writeFileSync(join(dist, 'below/index.mjs'), text);
  };
  build('0');
  const { onChange, next } = counted();
  using watcher = Object.assign(watchPaths([dist], onChange), { [Symbol.dispose]: () => watcher.close() });

  for (const text of ['1', '2', '3']) {
    await next(() => {
      rmSync(dist, { recursive: true });
      build(text);
    });
    await next(() => writeFileSync(join(dist, 'below/index.mjs'), `${text}, edited`));
  }
  await next(() => rmSync(join(folder, 'project'), { recursive: true }));
  await next(() => build('in a new parent'));
  await next(() => writeFileSync(join(dist, 'below/index.mjs'), 'edited at last'));
});

it('reports a file that an editor replaces', async () => {
  const file = join(folder, '.env');
  writeFileSync(file, 'A=1');
  const { onChange, next } = counted();
  using watcher = Object.assign(watchPaths([file], onChange), { [Symbol.dispose]: () => watcher.close() });

  await next(() => writeFileSync(file, 'A=2'));
  for (const value of [3, 4]) {
    await next(() => {
      writeFileSync(join(folder, 'new'), `A=${value}`);
      renameSync(join(folder, 'new'), file);
    });
  }
});
