import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const TSC = resolve(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

interface Snippet {
  readonly where: string;
  readonly language: string;
  readonly text: string;
}

const snippets = globSync(['*.md', 'docs/*.md', 'handler-template/*.md', 'examples/*.md', 'emulator/*.md'], {
  cwd: ROOT,
})
  .filter((page) => page !== 'CHANGELOG.md')
  .flatMap(snippetsOf);
const inLanguage = (...languages: string[]) =>
  snippets.filter(({ language }) => languages.includes(language)).map((one) => [one.where, one.text] as const);

it('the code in the docs has the types of the package', () => {
  const folder = mkdtempSync(join(ROOT, 'dist/snippets-'));
  const files = snippets
    .filter(({ language }) => language === 'js' || language === 'ts')
    .map(({ where, language, text }, index) => {
      const file = join(folder, `${index}.${text.includes('require(') ? 'c' : 'm'}${language}`);
      writeFileSync(
        file,
        `// ${where}\n${text.replace("'../sdk/index.ts'", "'lambda-node-extended/extension'")}\nexport {};\n`,
      );
      return file;
    });
  const flags = ['--noEmit', '--allowJs', '--checkJs', '--module', 'nodenext', '--target', 'esnext', '--skipLibCheck'];

  const { stdout } = spawnSync(
    process.execPath,
    [TSC, '--ignoreConfig', ...flags, '--strict', 'false', '--types', 'node', ...files],
    { cwd: ROOT, encoding: 'utf8' },
  );
  const sources = files.map((file) => readFileSync(file, 'utf8').split('\n')[0]);
  rmSync(folder, { recursive: true });

  expect(files.length).toBeGreaterThan(5);
  expect(
    stdout.split('\n').filter((line) => /error/.test(line) && !EXPECTED.test(line)),
    sources.join('\n'),
  ).toEqual([]);
});

/** JavaScript needs no type for parsed JSON, and readers install what they instrument their function with. */
const EXPECTED = /on type 'unknown'|Cannot find module '@opentelemetry\//;

it.each(inLanguage('json'))('the JSON of %s is JSON', (_where, text) => {
  expect(JSON.parse(text)).toEqual(expect.anything());
});

describe('policies in the docs', () => {
  const policies = inLanguage('json').filter(([, text]) => text.includes('"Statement"'));

  it.each(policies)('%s is a policy that IAM takes', (_where, text) => {
    const { Version, Statement } = JSON.parse(text);

    expect(Version).toBe('2012-10-17');
    for (const { Effect, Action, Resource } of Statement) {
      expect(Effect).toMatch(/^(Allow|Deny)$/);
      for (const action of [Action].flat()) expect(action).toMatch(/^[a-z0-9-]+:[A-Z][A-Za-z]+$/);
      for (const resource of [Resource].flat())
        expect(resource).toMatch(/^(\*|arn:aws:[a-z0-9-]*:[\w*-]*:[\w*-]*:.+)$/);
    }
  });
});

describe('commands in the docs', () => {
  it.each(inLanguage('sh'))('those of %s are a script that a shell reads', (_where, text) => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });

    expect([status, stderr]).toEqual([0, '']);
  });

  it('of npm name scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const named = inLanguage('sh').flatMap(([where, text]) =>
      [...text.matchAll(/npm (?:run )?(?:-s )?([a-z:]+)/g)].map(([, name = '']) => [where, name] as const),
    );

    const unknown = named.filter(
      ([, name]) => !(name in scripts) && !['ci', 'test', 'start', 'i', 'install', 'audit', 'create'].includes(name),
    );
    const { scripts: ofTemplate } = JSON.parse(readFileSync(join(ROOT, 'handler-template/package.json'), 'utf8'));
    const isOfTemplate = ([where, name]: readonly [string, string]) =>
      where.startsWith('handler-template') && name in ofTemplate;
    expect(unknown.filter((one) => !isOfTemplate(one))).toEqual([]);
  });

  it('of our own program have flags that it knows', () => {
    const program = join(ROOT, 'emulator/main.ts');
    const calls = inLanguage('sh').flatMap(([where, text]) =>
      [...text.replaceAll('\\\n', ' ').matchAll(/lambda-node-extended (dev|policy)\b(.*)$/gm)].map(
        ([, command = '', rest = '']) => ({ where, command, flags: rest.match(/--[a-z-]+/g) ?? [] }),
      ),
    );
    const helps = new Map(
      [...new Set(calls.map(({ command }) => command))].map((command) => [
        command,
        execFileSync(process.execPath, [program, command, '--help'], { encoding: 'utf8' }),
      ]),
    );

    const unknown = calls.flatMap(({ where, command, flags }) =>
      flags.filter((flag) => !helps.get(command)?.includes(flag)).map((flag) => [where, flag]),
    );
    expect(calls).not.toEqual([]);
    expect(unknown).toEqual([]);
  });
});

describe('mistakes in docs/extensions.md', () => {
  const [, table = ''] =
    readFileSync(join(ROOT, 'docs/extensions.md'), 'utf8')
      .split('| mistake | message |')[1]
      ?.match(/([\s\S]*?)\n\n/) ?? [];
  const messages = [...table.matchAll(/^\| .* \| `(.+)` \|$/gm)].map(([, message = '']) => message);
  const sources = globSync(
    ['emulator/environment/*.ts', 'extensions/host/*.ts', 'foundation/*.ts', 'lambda-api/*.ts'],
    { cwd: ROOT },
  )
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(ROOT, file), 'utf8').replaceAll(/['`] \+\s+['`]/g, ''))
    .join('\n');

  it('have messages that somebody prints', () => {
    expect(messages.length).toBeGreaterThan(15);
    expect(messages.filter((message) => !sources.includes(message))).toEqual([]);
  });
});

describe('Dockerfiles in the docs', () => {
  const known = /^(AWS|OTEL|DD|NEW_RELIC|NR|SPLUNK|SUMO|SOURCE|NODE)_/;
  const pages = globSync('docs/*.md', { cwd: ROOT }).map((page) => readFileSync(join(ROOT, page), 'utf8'));
  const tables =
    pages
      .join('\n')
      .match(/^\| `.*$/gm)
      ?.join('\n') ?? '';

  it.each(inLanguage('dockerfile'))(
    '%s has instructions that Docker knows, and variables that somebody reads',
    (_where, text) => {
      const lines = text
        .replaceAll('\\\n', ' ')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'));
      const variables = lines
        .filter((line) => line.startsWith('ENV '))
        .flatMap((line) => [...line.replaceAll(/'[^']*'/g, '').matchAll(/\s([A-Z_]+)=/g)].map(([, name = '']) => name));

      for (const line of lines) expect(line).toMatch(/^(FROM|COPY|ENV|RUN|CMD|ENTRYPOINT|ARG|LABEL|WORKDIR) \S/);
      const isValueOfTheFunction = (name: string) =>
        text.includes(`${name}=secretsmanager:`) || text.includes(`${name}=ssm:`);
      const unread = variables.filter(
        (name) => !known.test(name) && !tables.includes(`\`${name}\``) && !isValueOfTheFunction(name),
      );
      expect(unread).toEqual([]);
    },
  );
});

function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```([a-z]+)\n([\s\S]*?)^```$/gm)].map(({ 1: language = '', 2: code = '', index }) => ({
    where: `${page}:${text.slice(0, index).split('\n').length}`,
    language,
    text: code,
  }));
}
