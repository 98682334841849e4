import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import walls from '../walls.json' with { type: 'json' };

const root = resolve(import.meta.dirname, '..');

const plants: readonly Plant[] = [
  ['lambda-api/**', 'lambda-api/planted.ts', ['../foundation/clock.ts', 'cac'], ['node:fs', './environment.ts']],
  ['lambda-api/**', 'foundation/planted.ts', ['../lambda-api/limits.ts', 'undici'], ['node:fs/promises', './log.ts']],
  ['aws-call/**', 'aws-call/planted.ts', ['../client/index.ts', '@aws-sdk/client-ssm'], ['../foundation/clock.ts']],
  [
    'client/**',
    'client/planted.ts',
    ['../extensions/host/settings.ts', '../emulator/index.ts', 'undici', '@aws-sdk/client-ssm'],
    ['../lambda-api/environment.ts', '../aws-call/sign.ts', '@openfeature/server-sdk'],
  ],
  [
    'extensions/*/*',
    'extensions/a-new-one/planted.ts',
    ['../secrets/cache.ts', '../host/run.ts', '../sdk/in-turn.ts', '../../emulator/index.ts', 'undici'],
    ['../sdk/index.ts', '../sdk/aws-sdk.ts', '../../foundation/lazily.ts', '../../aws-call/sign.ts', './own/file.ts'],
  ],
  [
    'extensions/*/*',
    'extensions/host/planted.ts',
    ['../secrets/extension.ts', '../telemetry/settings.ts'],
    ['../sdk/index.ts', './catalog.ts', './services/aws.ts'],
  ],
  [
    'extensions/*/*/*',
    'extensions/secrets/sources/planted.ts',
    ['../../appconfig/profile.ts', '../../host/catalog.ts', '../../../client/index.ts'],
    ['../cache.ts', '../../sdk/index.ts', '../../sdk/aws-sdk.ts', '../../../lambda-api/environment.ts'],
  ],
  [
    'extensions/*/*/*/*',
    'extensions/a-new-one/some/depth/planted.ts',
    ['../../../secrets/cache.ts', '../../../host/run.ts'],
    ['../../extension.ts', '../../../sdk/index.ts', '../../../../foundation/clock.ts'],
  ],
  [
    'extensions/*/*/*/*/**',
    'extensions/a-new-one/some/more/depth/planted.ts',
    ['../../../../host/run.ts'],
    ['../x.ts'],
  ],
  [
    'extensions/*/*',
    'extensions/sdk/planted.ts',
    ['../host/run.ts', '../secrets/cache.ts'],
    ['../../foundation/log.ts'],
  ],
  ['extensions/host/catalog.ts', 'extensions/host/catalog.ts', ['../secrets/cache.ts'], ['../secrets/extension.ts']],
  [
    'extensions/preload/*',
    'extensions/preload/planted.ts',
    ['../host/run.ts', '../sdk/index.ts', 'undici'],
    ['node:module', './parts.ts', '../../lambda-api/environment.ts'],
  ],
  [
    'extensions/preload/*/*',
    'extensions/preload/parts/planted.ts',
    ['../../telemetry/settings.ts', '../../sdk/index.ts'],
    ['../preload.ts', './other.ts', '../../../foundation/log.ts'],
  ],
  stage('items', ['../read/normalise.ts', '../exporters/exporter.ts'], ['./log-line.ts']),
  stage('read', ['../invocations/invocations.ts', '../../../aws-call/sign.ts'], ['../items/item.ts']),
  stage('invocations', ['../redact/redact.ts', '../deliver/buffer.ts'], ['../items/item.ts', '../read/json-line.ts']),
  stage('redact', ['../read/normalise.ts', '../routes/select.ts'], ['../items/item.ts']),
  stage('routes', ['../redact/redact.ts', '../config/config.ts'], ['../items/item.ts']),
  stage('otlp', ['../exporters/otlp.ts', '../read/normalise.ts'], ['../items/item.ts']),
  stage(
    'config',
    ['../deliver/deliver.ts', '../exporters/datadog.ts'],
    ['../exporters/exporter.ts', '../routes/route.ts'],
  ),
  stage(
    'deliver',
    ['../flush/flusher.ts', '../exporters/datadog.ts'],
    ['../exporters/exporter.ts', '../items/item.ts'],
  ),
  stage(
    'flush',
    ['../routes/select.ts', '../pipeline.ts', '../settings.ts'],
    ['../deliver/buffer.ts', '../invocations/correlate.ts'],
  ),
  stage('dogstatsd', ['../otlp/group.ts', '../pipeline.ts', '../settings.ts'], ['../items/item.ts']),
  stage('confirm', ['../routes/select.ts', '../pipeline.ts'], ['../deliver/destination.ts', '../flush/flusher.ts']),
  exporter(
    '*',
    'planted',
    [
      './datadog.ts',
      './catalog.ts',
      '../deliver/deliver.ts',
      '../otlp/encode-json.ts',
      '../../../aws-call/send.ts',
      '../../../aws-call/call-json.ts',
      'node:http',
    ],
    ['./exporter.ts', './encoding/pack.ts', '../items/item.ts', '../../sdk/index.ts', '../../../aws-call/errors.ts'],
  ),
  exporter('datadog*.ts', 'datadog', ['./splunk-hec.ts', 'node:https'], ['./datadog-series.ts', './metric-sums.ts']),
  exporter(
    'new-relic*.ts',
    'new-relic',
    ['./splunk-hec.ts', 'node:https'],
    ['./new-relic-attributes.ts', './unread/new-relic.ts'],
  ),
  exporter(
    'otlp*.ts',
    'otlp',
    ['./datadog.ts', '../read/normalise.ts'],
    ['./otlp-routes.ts', '../otlp/encode-json.ts'],
  ),
  exporter(
    'exporter.ts',
    'exporter',
    ['./datadog.ts', './encoding/pack.ts', '../deliver/deliver.ts', 'node:net'],
    ['../items/item.ts'],
  ),
  exporter('catalog.ts', 'catalog', ['../deliver/deliver.ts', 'node:fs'], ['./datadog.ts', '../../sdk/index.ts']),
  exporter(
    '*/**',
    'a-vendor/planted',
    ['../datadog.ts', '../../deliver/deliver.ts', '../../../../aws-call/send.ts', 'node:http'],
    ['./own.ts', '../exporter.ts', '../encoding/pack.ts', '../../items/item.ts', '../../../sdk/index.ts'],
  ),
  exporter('encoding/**', 'encoding/planted', ['../datadog.ts', 'node:http'], ['./pack.ts', '../../items/item.ts']),
  [
    'emulator/*',
    'emulator/planted.ts',
    ['../client/index.ts', '../testing/index.ts'],
    ['./settings.ts', '../foundation/clock.ts'],
  ],
  [
    'emulator/*/**',
    'emulator/samples/planted.ts',
    ['../apis/http.ts', '../../client/index.ts'],
    ['../../lambda-api/limits.ts'],
  ],
  [
    'emulator/environment/**',
    'emulator/environment/planted.ts',
    ['../apis/invoke-api.ts', '../telemetry/subscriber.ts', '../telemetry/publisher.ts'],
    ['./phases.ts', '../../foundation/clock.ts'],
  ],
  [
    'emulator/telemetry/**',
    'emulator/telemetry/planted.ts',
    ['../apis/http.ts', '../environment/state.ts'],
    ['../environment/subscription.ts'],
  ],
  [
    'emulator/node-runtime/**',
    'emulator/node-runtime/planted.ts',
    ['../environment/state.ts'],
    ['../environment/output.ts'],
  ],
  [
    'emulator/functions/**',
    'emulator/functions/planted.ts',
    ['../apis/http.ts', '../http-front/http-front.ts', '../emulator.ts'],
    ['../environment/state.ts', '../../lambda-api/limits.ts'],
  ],
  [
    'emulator/http-front/**',
    'emulator/http-front/planted.ts',
    ['../telemetry/publisher.ts', '../emulator.ts'],
    ['../apis/http.ts', '../functions/local-function.ts', '../environment/state.ts', '../../lambda-api/limits.ts'],
  ],
  [
    'emulator/apis/**',
    'emulator/apis/planted.ts',
    ['../telemetry/publisher.ts', '../emulator.ts'],
    ['../environment/state.ts'],
  ],
  [
    'testing/**',
    'testing/planted.ts',
    ['../emulator/emulator.ts', '../extensions/host/run.ts'],
    ['../emulator/index.ts', 'undici'],
  ],
  [
    'emulator/policy-command.ts',
    'emulator/policy-command.ts',
    ['../policy/permission.ts', '../extensions/secrets/settings.ts'],
    ['../policy/index.ts', 'node:fs'],
  ],
  [
    'emulator/dashboard/*',
    'emulator/dashboard/planted.ts',
    ['../../client/index.ts', './page/main.ts'],
    ['../apis/http.ts', './messages.ts', '../../foundation/sensitive.ts'],
  ],
  [
    'emulator/dashboard/page/*',
    'emulator/dashboard/page/planted.ts',
    ['../../../foundation/sensitive.ts', 'node:fs'],
    ['../messages.ts', '../../environment/environment.ts'],
  ],
  [
    'emulator/measure/**',
    'emulator/measure/planted.ts',
    ['../../measure/measurement.ts', '../../policy/index.ts'],
    ['../../measure/index.ts', 'node:fs'],
  ],
  [
    'emulator/{new,build}-command.ts',
    'emulator/build-command.ts',
    ['../project/build.ts', '../extensions/host/manifest.ts'],
    ['../project/index.ts', './own-files.ts'],
  ],
  [
    'project/*',
    'project/planted.ts',
    ['../emulator/index.ts', '../extensions/sdk/index.ts', '../scripts/layer.ts'],
    ['./zip.ts', '../lambda-api/limits.ts', 'yazl'],
  ],
  [
    'measure/*',
    'measure/planted.ts',
    ['../foundation/version.ts', 'node:fs'],
    ['../lambda-api/prices.ts', './index.ts'],
  ],
  [
    'measure/*/**',
    'measure/figures/planted.ts',
    ['../../foundation/version.ts', 'node:fs'],
    ['../../lambda-api/prices.ts', '../statistics/quantile.ts'],
  ],
  [
    'policy/**',
    'policy/planted.ts',
    ['../extensions/secrets/settings.ts', 'node:fs'],
    ['../foundation/version.ts', './permission.ts'],
  ],
  [
    'scripts/**',
    'scripts/planted.ts',
    ['../extensions/host/run.ts', '../test/support/x.ts'],
    ['../emulator/index.ts', '../client/index.ts'],
  ],
  [
    'scripts/release/*',
    'scripts/release/planted.ts',
    ['../image.ts', '../../emulator/index.ts'],
    ['../image-names.ts', '../../foundation/version.ts'],
  ],
  [
    'scripts/settings-table.ts',
    'scripts/settings-table.ts',
    ['../extensions/telemetry/deliver/deliver.ts'],
    ['../extensions/telemetry/config/front-settings.ts'],
  ],
  [
    'bench/*',
    'bench/planted.ts',
    ['../emulator/emulator.ts', '../extensions/secrets/cache.ts'],
    ['../test/support/servers/free-port.ts', '../emulator/index.ts'],
  ],
  [
    'bench/fleet-model/**',
    'bench/fleet-model/planted.ts',
    ['../../extensions/secrets/server.ts', '../../extensions/appconfig/follow.ts'],
    ['../../extensions/secrets/read-value.ts', '../../aws-call/retry.ts'],
  ],
  [
    'bench/redaction.ts',
    'bench/redaction.ts',
    ['../extensions/telemetry/read/normalise.ts'],
    ['../extensions/telemetry/redact/redact.ts'],
  ],
  [
    'bench/telemetry-estimate.ts',
    'bench/telemetry-estimate.ts',
    ['../extensions/telemetry/redact/redact.ts'],
    ['../extensions/telemetry/items/compact.ts'],
  ],
  [
    'bench/*/**',
    'bench/support/planted.ts',
    ['../../extensions/host/run.ts'],
    ['../../client/index.ts', '../start.ts'],
  ],
  [
    'bench/functions/flag-directly-in-init.mjs',
    'bench/functions/flag-directly-in-init.mjs',
    ['../../extensions/appconfig/follow.ts', '../../extensions/host/run.ts'],
    ['../../extensions/appconfig/flags/ion-document.ts', '../../aws-call/sign.ts'],
  ],
  [
    'test/*/*',
    'test/integration/planted.ts',
    ['../../client/memory.ts', '../../bench/start.ts'],
    ['../../scripts/docker.ts', '../test/support/servers/free-port.ts'],
  ],
  [
    'test/*/*/**',
    'test/support/servers/planted.ts',
    ['../../../extensions/host/run.ts'],
    ['../../../emulator/index.ts', '../lambda/free-port.ts'],
  ],
  [
    'test/support/builders/**',
    'test/support/builders/planted.ts',
    ['../../../extensions/telemetry/pipeline.ts'],
    ['../../../extensions/telemetry/items/item.ts'],
  ],
  [
    'test/support/telemetry-memory/**',
    'test/support/telemetry-memory/planted.ts',
    ['../../../extensions/secrets/cache.ts', '../../../emulator/index.ts'],
    ['../../../extensions/telemetry/items/item.ts', './random.ts'],
  ],
  ['examples/**', 'examples/planted.mjs', ['../client/index.ts'], ['lambda-node-extended/client', 'hono']],
  [
    'handler-template/**',
    'handler-template/src/planted.ts',
    ['../../client/index.ts'],
    ['lambda-node-extended/client', './handler.ts'],
  ],
  [
    'extension-template/{src,function}/**',
    'extension-template/src/planted.ts',
    ['../../extensions/sdk/index.ts'],
    ['lambda-node-extended/extension', './extension.ts'],
  ],
];

const publisherByType: PlantedFile = {
  file: 'emulator/environment/by-type.ts',
  imports: ["import type { Publisher } from '../telemetry/publisher.ts';"],
};

const cycle: readonly PlantedFile[] = [
  { file: 'scripts/one.ts', imports: ["import type { Two } from './two.ts';", 'export type One = Two;'] },
  { file: 'scripts/two.ts', imports: ["import type { One } from './one.ts';", 'export type Two = One;'] },
];

describe('the walls between folders', () => {
  let refused: Map<string, string[]>;
  beforeAll(async () => {
    refused = await lint([...plants.map(toFile), ...cycle, publisherByType]);
  });

  it.each(plants)('%s: refuses the forbidden imports of %s and no others', (_wall, file, forbidden) => {
    expect(refused.get(file)?.toSorted()).toEqual(forbidden.toSorted());
  });

  it('have a plant each', () => {
    const planted = new Set(plants.map(([wall]) => wall));

    const all = walls.overrides.map(({ includes }) => includes[0]);

    expect(all.filter((wall) => wall !== undefined && !planted.has(wall))).toEqual([
      'test/proof/parsers/**',
      '**/*.test.ts',
    ]);
  });

  it("let the emulator's environment import the type of the publisher", () => {
    expect(refused.get(publisherByType.file)).toBeUndefined();
  });

  it('refuse cycles of type imports', () => {
    expect(cycle.map(({ file }) => refused.get(file))).toEqual([['./two.ts'], ['./one.ts']]);
  });

  it('cannot be passed by a detour: a relative path goes up first and down after', async () => {
    const files = await sources();

    expect(files.flatMap(({ source }) => detours(source))).toEqual([]);
  });

  it.each([
    "const x = require('../host/run.ts');",
    "type X = import('../host/run.ts').RunOptions;",
    "type X = typeof import('../host/run.ts');",
    'const x = await import(`../host/run.ts`);',
    "import { startEmulator } from 'lambda-node-extended/emulator';",
  ])('cannot be passed by %s, which the linter lets pass', (source) => {
    expect(unseenImports(source)).toHaveLength(1);
  });

  it('are passed by no import that the linter does not see', async () => {
    const files = await sources();

    const ours = files.filter(({ file }) => !/^(examples|(handler|extension)-template|test)\/|\.test\.ts$/.test(file));
    expect(ours.flatMap(({ file, source }) => unseenImports(source).map((found) => `${file}: ${found}`))).toEqual([]);
  });
});

async function sources(): Promise<{ file: string; source: string }[]> {
  const { stdout } = await execa('git', ['ls-files', '*.ts', '*.mjs', '*.cjs'], { cwd: root });
  const files = stdout.split('\n').filter((file) => existsSync(join(root, file)));
  return files.map((file) => ({ file, source: readFileSync(join(root, file), 'utf8') }));
}

/** A wall by the first of its `includes`, a file behind it, what the file must not import, and what it may. */
type Plant = [wall: string, file: string, forbidden: readonly string[], allowed: readonly string[]];

interface PlantedFile {
  readonly file: string;
  /** One a line. */
  readonly imports: readonly string[];
}

function stage(name: string, forbidden: readonly string[], allowed: readonly string[]): Plant {
  return [
    `extensions/telemetry/${name}/**`,
    `extensions/telemetry/${name}/planted.ts`,
    [...forbidden, '../../host/run.ts'],
    [...allowed, '../../sdk/index.ts', '../../../foundation/clock.ts'],
  ];
}

function exporter(wall: string, file: string, forbidden: readonly string[], allowed: readonly string[]): Plant {
  return [`extensions/telemetry/exporters/${wall}`, `extensions/telemetry/exporters/${file}.ts`, forbidden, allowed];
}

function toFile([, file, forbidden, allowed]: Plant): PlantedFile {
  return { file, imports: [...forbidden, ...allowed].map((from) => `import { planted } from '${from}';`) };
}

/** Lints all files in one run, in a folder of their own. Returns the imports that are refused, by file. */
async function lint(files: readonly PlantedFile[]): Promise<Map<string, string[]>> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'walls-'));
  for (const name of ['biome.json', 'walls.json', '.gitignore'])
    copyFileSync(join(root, name), join(folder.path, name));
  for (const { file, imports } of files) {
    mkdirSync(join(folder.path, dirname(file)), { recursive: true });
    writeFileSync(join(folder.path, file), imports.join('\n'));
  }
  const options = { cwd: folder.path, preferLocal: true, localDir: root, reject: false };
  const { stdout } = await execa('biome', ['lint', '--reporter=json', '--max-diagnostics=none'], options);

  const imports = new Map(files.map((file) => [file.file, file.imports]));
  const refused = new Map<string, string[]>();
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
  for (const { category, severity, location } of diagnostics) {
    if (severity !== 'error' || !WALLS.test(category)) continue;

    const line = imports.get(location.path)?.[location.start.line - 1] ?? '';
    refused.set(location.path, [...(refused.get(location.path) ?? []), /'(.*)'/.exec(line)?.[1] ?? line]);
  }
  return refused;
}

interface Diagnostic {
  readonly category: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly start: { readonly line: number } };
}

const WALLS = /noRestrictedImports|noImportCycles/;

/** What leads out of a folder, or to a package of ours, in a form that the linter passes over. */
function unseenImports(source: string): string[] {
  return source.match(UNSEEN) ?? [];
}

const UNSEEN = new RegExp(
  [
    String.raw`\brequire\s*\(\s*['"\`]\.\.\/`,
    String.raw`\btypeof\s+import\s*\(\s*['"\`]\.\.\/`,
    String.raw`\bimport\s*\(\s*'\.\.\/[^']*'\s*\)\.[A-Z]`,
    String.raw`\bimport\s*\(\s*\`\.\.\/`,
    String.raw`\b(?:from|import)\s*\(?\s*'lambda-node-extended\/`,
  ].join('|'),
  'g',
);

/** Also sees `require` and `import('…').Type`, which the linter does not. */
function detours(source: string): string[] {
  const relative = source.matchAll(/(?:from|import|require)\s*\(?\s*['`](\.{1,2}\/[^'`]*)['`]/g);
  return [...relative]
    .map(([, path]) => path as string)
    .filter((path) => /\/\.\.\//.test(path.replace(/^(\.\.\/)+/, '/')));
}
