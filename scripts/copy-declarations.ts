import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { execa } from 'execa';
import config from '../tsconfig.build.json' with { type: 'json' };

/**
 * Writes the declarations of the published entries twice: to `types` for importers that are ES modules, and to `types-cjs` for
 * those that are CommonJS. TypeScript takes the nearest package.json's word for which is which.
 */
export async function copyDeclarations(root: string, lib: string): Promise<void> {
  const compiled = mkdtempSync(join(root, 'dist/types-'));
  try {
    const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
    const compiler = [resolve(dirname(typescript), 'bin/tsc'), '-p', join(root, 'tsconfig.build.json')];
    await execa(process.execPath, [...compiler, '--outDir', compiled], { stdio: 'inherit' });
    const entries = config.files.map((file) => join(compiled, declarationOf(file)));
    for (const [file, text] of withImports(entries))
      for (const folder of ['types', 'types-cjs']) write(join(lib, folder, relative(compiled, file)), text);
    write(join(lib, 'types-cjs/package.json'), '{ "type": "commonjs" }\n');
  } finally {
    rmSync(compiled, { recursive: true });
  }
}

/** The files and what they import of each other; the other declarations are nobody's business. */
function withImports(entries: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    const text = readFileSync(file, 'utf8');
    const imported = [...text.matchAll(RELATIVE_IMPORT)].map(([, path = '']) => path);
    waiting.push(...imported.map((path) => resolve(dirname(file as string), declarationOf(path))));
    // Older versions of TypeScript do not know the sources' own endings in declarations.
    found.set(
      file,
      text.replaceAll(RELATIVE_IMPORT, (whole) => whole.replace('.ts', '.js')),
    );
  }
  return found;
}

function declarationOf(source: string): string {
  return source.replace(/\.ts$/, '.d.ts');
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const RELATIVE_IMPORT = /(?:from |import\()'(\.[^']*\.ts)'/g;
