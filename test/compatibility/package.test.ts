/**
 * The packed package as users have it: its size, its command, the module systems, bundlers, test runners and versions of
 * TypeScript. All of it runs in CI. Tried by hand, since they need an account or another system: Serverless Framework and SAM (both call
 * esbuild with the options below), macOS, Windows.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa, execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InstalledPackage, installPackage } from '../support/installed-package.ts';
import { healthy } from '../support/lambda/secrets-extension.ts';
import { aSecret, startAwsServer } from '../support/servers/aws-server.ts';
import { freePort } from '../support/servers/free-port.ts';

const MINUTE = 60_000;
const MB = 1_000_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SECRET = String(aSecret().SecretString);

let project: InstalledPackage;
let aws: Awaited<ReturnType<typeof startAwsServer>>;
/** Of a function that reads from a mock of AWS. */
let inLambda: Record<string, string>;

beforeAll(async () => {
  project = installPackage();
  aws = await startAwsServer(healthy);
  inLambda = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
  };
}, 5 * MINUTE);
afterAll(async () => {
  await aws?.[Symbol.asyncDispose]();
  project?.[Symbol.dispose]();
});

describe('the packed package', () => {
  it('brings no other package, no program but its command, and 6 MB at most', () => {
    const files = globSync('**/*', { cwd: join(project.folder, 'node_modules') });
    const sizes = files
      .map((file) => statSync(join(project.folder, 'node_modules', file)))
      .filter((file) => file.isFile());

    const { stdout } = execaSync('npm', ['ls', '--all', '--parseable'], { cwd: project.folder });

    expect(stdout.split('\n')).toEqual([project.folder, project.installed]);
    expect(readdirSync(join(project.folder, 'node_modules/.bin'))).toEqual(['lambda-node-extended']);
    expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(6 * MB);
  });

  it('has what its exports name, and /opt without the code that V8 compiled', () => {
    const { exports } = JSON.parse(readFileSync(join(project.installed, 'package.json'), 'utf8'));
    const named = JSON.stringify(exports).match(/\.\/[^"]+\.(js|cjs|d\.ts)(?=")/g) ?? [];

    const missing = named.filter((file) => !existsSync(join(project.installed, file)));

    const opt = globSync('**/*', { cwd: join(project.installed, 'dist/lib/opt') });
    expect(named.length).toBeGreaterThan(15);
    expect(missing).toEqual([]);
    expect(opt).toContain('extensions/lambda-node-extended');
    expect(opt.filter((file) => file.endsWith('.cache'))).toEqual([]);
  });
});

describe('the command', () => {
  const command = (args: string[]) => {
    const bin = join(project.folder, 'node_modules/.bin/lambda-node-extended');
    return spawn(bin, args, { cwd: project.folder, env: { PATH: process.env.PATH } });
  };
  const FUNCTION = {
    'index.mjs': `
      import { getSecret } from 'lambda-node-extended/client';
      export const handler = () => getSecret('prod/db');`,
    'values.json': '{"prod/db": "from the file"}',
  };

  it('runs the extensions of the package, which read a file in place of AWS', async () => {
    const folder = project.write({ ...FUNCTION, '.env': `SECRETS_LOCAL_FILE=${project.folder}/values.json\n` });
    const dev = command(['dev', '--function-dir', folder, '--env-file', '.env', '--timeout', '30', '--port', '0']);
    const [url] = await once(createInterface(dev.stdout), 'line');

    const answer = await (await fetch(String(url), { method: 'POST', body: '{}' })).text();
    dev.kill('SIGINT');
    await once(dev, 'exit');

    expect(answer).toBe('"from the file"');
    expect(aws.calls).toEqual([]);
  });

  it('leaves them out for --opt-dir none, never asks AWS in place of the file, and says what has no effect', async () => {
    const folder = project.write({ ...FUNCTION, '.env': `SECRETS_LOCAL_FILE=${project.folder}/values.json\n` });
    const flags = ['--function-dir', folder, '--env-file', '.env', '--opt-dir', 'none', '--port', '0'];
    const dev = command(['dev', ...flags]);
    const lines = createInterface(dev.stdout)[Symbol.asyncIterator]();
    const { value: url } = await lines.next();

    const answer = await (await fetch(String(url), { method: 'POST', body: '{}' })).text();
    dev.kill('SIGINT');
    const rest: string[] = [];
    for await (const line of { [Symbol.asyncIterator]: () => lines }) rest.push(line);

    expect(answer).toContain('only the extension reads SECRETS_LOCAL_FILE');
    expect(rest.join('\n')).toContain('hint: No extension runs, so SECRETS_LOCAL_FILE has no effect');
    expect(aws.calls).toEqual([]);
  });

  it.each(['--env', '--env-file'])('says itself which file of %s does not exist', async (flag) => {
    const dev = command(['dev', flag, 'nope']);
    let errors = '';
    dev.stderr.on('data', (text) => {
      errors += text;
    });

    const [status] = await once(dev, 'close');

    expect(status).toBe(2);
    expect(errors).toContain('--env-file is "nope": ENOENT');
  });

  it('has the example of the docs as a library', async () => {
    const [, example = ''] = /```ts\n([\s\S]+?)```/.exec(readFileSync(join(ROOT, 'docs/emulator.md'), 'utf8')) ?? [];
    const folder = project.write(
      {
        'package.json': '{ "type": "module" }',
        'dist/index.mjs': 'export const handler = ({ id }) => process.env.TABLE + " " + id',
        'example.ts': `${example}\nconsole.log(result.json(), report.type);\n`,
      },
      'example',
    );

    const { stdout } = await execa(process.execPath, ['example.ts'], { cwd: folder });

    expect(stdout).toBe('orders 1 platform.report');
  });
});

describe('a function that is bundled', () => {
  const HANDLER = `import { getSecret } from 'lambda-node-extended/client';
    export const handler = () => getSecret('prod/db');`;
  const esbuild = (...args: string[]) =>
    ['esbuild', ['handler.ts', '--bundle', '--platform=node', '--log-level=warning', ...args]] as const;

  it.each<[string, readonly [string, readonly string[]], string]>([
    ['esbuild as an ES module', esbuild('--format=esm', '--outfile=out.mjs'), 'out.mjs'],
    ['esbuild as CommonJS', esbuild('--format=cjs', '--outfile=out.cjs'), 'out.cjs'],
    [
      'esbuild with the options of SAM',
      esbuild('--target=es2020', '--minify', '--main-fields=module,main', '--outfile=out.cjs'),
      'out.cjs',
    ],
    [
      'esbuild with the options of the Serverless Framework',
      esbuild('--target=node20', '--external:@aws-sdk/*', '--sourcemap', '--outfile=out.cjs'),
      'out.cjs',
    ],
    ['webpack', ['node', ['webpack.cjs']], 'out.cjs'],
    ['rollup', ['rollup', ['-c', 'rollup.config.mjs', '--silent']], 'out.mjs'],
    [
      'tsup as an ES module',
      ['tsup', ['handler.ts', '--format', 'esm', '--silent', '--no-config']],
      'dist/handler.mjs',
    ],
    ['tsup as CommonJS', ['tsup', []], 'dist/handler.js'],
    ['Vite for the server', ['vite', ['build', '--ssr', 'handler.ts', '--logLevel', 'warn']], 'dist/handler.mjs'],
  ])(
    'reads a secret, by %s',
    async (name, [tool, args], output) => {
      const folder = project.write(
        {
          'package.json': '{}',
          'handler.ts': HANDLER,
          'handler.js': HANDLER,
          'webpack.cjs': `
          const output = { path: __dirname, filename: 'out.cjs', library: { type: 'commonjs2' } };
          const options = { context: __dirname, entry: './handler.js', target: 'node', mode: 'production', output };
          require('webpack')(options, (error, stats) => {
            if (error || stats.hasErrors() || stats.hasWarnings()) throw error ?? new Error(stats.toString());
          });`,
          'tsup.config.cjs': `module.exports = { entry: ['handler.ts'], format: 'cjs', noExternal: [/./], silent: true };`,
          'rollup.config.mjs': `import commonjs from '@rollup/plugin-commonjs';
          import { nodeResolve } from '@rollup/plugin-node-resolve';
          export default {
            input: 'handler.js', output: { file: 'out.mjs' }, external: /^node:/,
            plugins: [nodeResolve({ preferBuiltins: true }), commonjs()],
          };`,
          'vite.config.mjs': `export default { ssr: { noExternal: true }, build: { rollupOptions: { output: { entryFileNames: '[name].mjs' } } } };`,
        },
        name.replaceAll(' ', '-'),
      );

      const { stdout: said, stderr: warned } = await project.tool(tool, args, { cwd: folder });

      const script = `const bundle = await import('./${output}'); console.log(await (bundle.handler ?? bundle.default.handler)());`;
      const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script], {
        cwd: folder,
        env: inLambda,
      });
      expect(stdout).toBe(SECRET);
      expect(`${said}${warned}`).not.toMatch(/warn|error|could not|cannot/i);
    },
    MINUTE,
  );
});

describe('what imports the package', () => {
  const ESM = `
    import { getSecret } from 'lambda-node-extended/client';
    import { AppConfigProvider } from 'lambda-node-extended/openfeature';
    import { afterRestore, uniqueUuid } from 'lambda-node-extended/snapstart';
    import { defineExtension } from 'lambda-node-extended/extension';
    import { startEmulator } from 'lambda-node-extended/emulator';`;
  const CJS = `
    const { getSecret } = require('lambda-node-extended/client');
    const { AppConfigProvider } = require('lambda-node-extended/openfeature');
    const { afterRestore, uniqueUuid } = require('lambda-node-extended/snapstart');
    const { defineExtension } = require('lambda-node-extended/extension');
    const { startEmulator } = require('lambda-node-extended/emulator');`;
  const USE = `
    async function use() {
      afterRestore(() => uniqueUuid());
      const { afterRestore: hooks } = globalThis[Symbol.for('lambda-node-extended.snapstart-hooks.1')];
      const emulator = await startEmulator({ functionDir: __FOLDER__, handler: 'echo.handler', optDir: 'none' });
      const { payload } = await emulator.invoke({ a: 1 });
      await emulator.close();
      const extension = defineExtension({ name: 'own', settings: {}, init: () => ({}) });
      return [await getSecret('prod/db'), new AppConfigProvider().metadata.name, extension.name, payload, hooks[0]().length].join(' ');
    }`;
  const EXPECTED = `${SECRET} lambda-node-extended-appconfig own {"a":1} 36`;
  const PRINT = 'use().then((text) => console.log(text));';

  it.each([
    ['an ES module', 'main.mjs', `${ESM}${USE}${PRINT}`, 'node'],
    ['CommonJS', 'main.cjs', `${CJS}${USE}${PRINT}`, 'node'],
    ['tsx, an ES module', 'main.mts', `${ESM}${USE}${PRINT}`, 'tsx'],
    ['tsx, CommonJS', 'main.cts', `${ESM}${USE}${PRINT}`, 'tsx'],
    ['ts-node', 'main.ts', `${ESM}${USE}${PRINT}`, 'ts-node'],
    [
      'Jest without flags',
      'main.test.js',
      `${CJS}${USE}it('works', async () => expect(await use()).toBe(process.env.EXPECTED), 30_000);`,
      'jest',
    ],
    [
      'Vitest',
      'main.test.mjs',
      `import { expect, it } from 'vitest';${ESM}${USE}it('works', async () => expect(await use()).toBe(process.env.EXPECTED), 30_000);`,
      'vitest',
    ],
  ])(
    'works: %s',
    async (name, file, source, tool) => {
      const folder = project.write(
        {
          'package.json': '{}',
          'echo.mjs': 'export const handler = (event) => event;',
          [file]: source.replace('__FOLDER__', JSON.stringify(join(project.folder, name.replaceAll(/\W+/g, '-')))),
          'tsconfig.json':
            '{ "compilerOptions": { "module": "commonjs", "target": "es2022", "skipLibCheck": true, "esModuleInterop": true } }',
        },
        name.replaceAll(/\W+/g, '-'),
      );
      const env = { ...inLambda, EXPECTED };

      if (tool === 'jest' || tool === 'vitest') {
        const args = tool === 'jest' ? ['--rootDir', folder] : ['run', '--root', folder, '--passWithNoTests=false'];
        await project.tool(tool, args, { cwd: folder, env });
      } else {
        const run =
          tool === 'node'
            ? execa(process.execPath, [file], { cwd: folder, env })
            : project.tool(tool, [file], { cwd: folder, env });
        expect((await run).stdout).toBe(EXPECTED);
      }
    },
    MINUTE,
  );
});

describe('the types', () => {
  const SOURCE = `
    import { getSecret, getParameter, getFlag, getConfiguration, NotFoundError } from 'lambda-node-extended/client';
    import { AppConfigProvider } from 'lambda-node-extended/openfeature';
    import { afterRestore, beforeSnapshot, uniqueSeed, uniqueUuid } from 'lambda-node-extended/snapstart';
    import { defineExtension, port } from 'lambda-node-extended/extension';
    import { defineInternalExtension } from 'lambda-node-extended/internal';
    import { run } from 'lambda-node-extended/run';
    import { startEmulator, type Emulator } from 'lambda-node-extended/emulator';

    export async function use(): Promise<void> {
      const text: string = await getSecret('prod/db', { maxAgeSeconds: 5 });
      const { user } = await getSecret<{ user: string }>('prod/db', { json: true });
      const bytes: Uint8Array = await getSecret('key', { binary: true });
      const parameter: string = await getParameter('/a', { label: 'live' });
      const flag: boolean = (await getFlag('new', { default: { enabled: false } })).enabled;
      const configuration: string = await getConfiguration('App:Env:Config');
      const either: unknown = await getSecret('prod/db', { json: text === '' });
      await getSecret('prod/db', {
        json: true,
        // @ts-expect-error
        maxAgeSeconds: '5',
      });
      await getParameter('/a', {
        json: true,
        // @ts-expect-error
        withDecryption: 'no',
      });
      await getConfiguration('App:Env:Config', {
        // @ts-expect-error
        maxAgeSecond: 5,
      });
      // @ts-expect-error
      await getSecret('prod/db', { json: true, binary: true });
      // @ts-expect-error
      const wrong: number = await getParameter('/a');
      const emulator: Emulator = await startEmulator({ functionDir: '.', optDir: 'none', memoryMB: 512 });
      // @ts-expect-error
      await startEmulator({ functionDir: 1 });
      beforeSnapshot(() => {});
      afterRestore(async () => void (await getSecret('prod/db')));
      // @ts-expect-error
      afterRestore('no hook');
      const seed: Uint8Array = uniqueSeed(16);
      const id: string = uniqueUuid();
      console.log(seed, id);
      console.log(text, user, bytes, parameter, flag, configuration, wrong, either, emulator, NotFoundError, new AppConfigProvider());
    }

    export default defineExtension({
      name: 'own',
      settings: { port: port('OWN_PORT', 2790, 'Its port.') },
      init({ settings }) {
        const number: number = settings.port;
        // @ts-expect-error
        settings.prot;
        return { invoke: ({ requestId }) => console.log(number, requestId satisfies string) };
      },
    });

    export const alone = () => run(
      defineExtension({
        name: 'alone',
        settings: {},
        subscribesTo: ['function'],
        init: () => ({
          telemetry(records) {
            for (const record of records) if (record.type === 'function') record.record satisfies string | object;
            // @ts-expect-error
            records[0]?.type === 'platform.report';
          },
        }),
      }),
    );
    export const inside = defineInternalExtension({
      name: 'inside',
      settings: {},
      // @ts-expect-error
      init: () => ({ shutdown() {} }),
    });`;
  const five = 'typescript/bin/tsc';
  const seven = 'typescript7/bin/tsc';

  it.each([
    { compiler: five, module: 'commonjs', moduleResolution: 'node10', type: 'commonjs' },
    { compiler: five, module: 'node16', moduleResolution: 'node16', type: 'commonjs' },
    { compiler: five, module: 'node16', moduleResolution: 'node16', type: 'module' },
    { compiler: five, module: 'nodenext', moduleResolution: 'nodenext', type: 'module' },
    { compiler: five, module: 'esnext', moduleResolution: 'bundler', type: 'module' },
    { compiler: seven, module: 'node16', moduleResolution: 'node16', type: 'commonjs' },
    { compiler: seven, module: 'node16', moduleResolution: 'node16', type: 'module' },
    { compiler: seven, module: 'nodenext', moduleResolution: 'nodenext', type: 'module' },
    { compiler: seven, module: 'preserve', moduleResolution: 'bundler', type: 'module' },
  ])(
    'fit $compiler with $moduleResolution in a package of type $type',
    async ({ compiler, module, moduleResolution, type }) => {
      const options = {
        ...{ module, moduleResolution, strict: true, noEmit: true, target: 'es2022', types: ['node'] },
        ...{ skipLibCheck: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      };
      const folder = project.write(
        {
          'package.json': JSON.stringify({ type }),
          'index.ts': SOURCE,
          'tsconfig.json': JSON.stringify({ compilerOptions: options, include: ['index.ts'] }),
        },
        `types-${compiler.split('/')[0]}-${moduleResolution}-${type}`,
      );

      const { exitCode, stdout } = await execa(
        process.execPath,
        [join(project.folder, '../node_modules', compiler), '-p', '.'],
        {
          cwd: folder,
          reject: false,
        },
      );

      expect(stdout).toBe('');
      expect(exitCode).toBe(0);
    },
    MINUTE,
  );
});
