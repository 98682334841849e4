/** Refuses links between the Markdown pages that lead nowhere: `npm run links`. Other servers are not asked. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { whenCalled } from './command.ts';

const ROOT = resolve(import.meta.dirname, '..');

await whenCalled(import.meta, () => {
  const pages = globSync('**/*.md', { cwd: ROOT, exclude: ['**/{node_modules,dist,target}/**'] });
  const broken = pages.flatMap((page) =>
    linksOf(read(page))
      .filter((link) => !leadsSomewhere(page, link))
      .map((link) => `${page}: "${link}" leads nowhere`),
  );
  if (broken.length === 0) return;
  console.error(broken.join('\n'));
  process.exitCode = 1;
});

function linksOf(page: string): string[] {
  const links = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => !/^\w+:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? resolve(ROOT, page) : resolve(ROOT, dirname(page), path);
  if (!existsSync(file)) return false;
  return anchor === undefined || anchorsOf(read(file)).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

function read(file: string): string {
  return readFileSync(resolve(ROOT, file), 'utf8');
}
