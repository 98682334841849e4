import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../foundation/version.ts';
import { buildImage, dockerOutput } from '../../scripts/docker.ts';
import { BASE_IMAGE, buildTarget, MINISTACK, TEMPLATE, tagOf } from '../../scripts/image.ts';
import { furtherNames, IMAGE_REPOSITORY, LATEST_NODE, TARGETS } from '../../scripts/image-names.ts';
import { startAws } from '../support/docker/container-aws.ts';
import { startFunction } from '../support/docker/container-function.ts';
import { runToEnd } from '../support/docker/container-run.ts';
import { NODE_22_BASE } from '../support/docker/images.ts';

const MINUTE = 60_000;
const ROOT = resolve(import.meta.dirname, '../..');
/** The host, what it loads when it is needed, and what those share. */
const built = readdirSync(join(ROOT, 'dist/opt/lambda-node-extended'));
const bundles = built.filter((name) => name.endsWith('.cjs'));

describe.each([
  { target: 'extended', executables: ['lambda-node-extended'] },
  { target: 'extended-separate', executables: ['appconfig', 'insights', 'secrets', 'telemetry'] },
] as const)('the target $target', ({ target, executables }) => {
  it('adds one layer to its base', () => {
    const [base, extended] = [BASE_IMAGE, tagOf(target)].map(layersOf);

    expect(extended?.slice(0, -1)).toEqual(base);
  });

  it('adds nothing but its files under /opt, which anyone may read and only root write', () => {
    expect(listLastLayer(tagOf(target))).toEqual(filesOf(executables, { isLinked: target === 'extended-separate' }));
  });

  it('changes nothing in the configuration of its base but labels and the entry point, which leads to the base’s', () => {
    const [base, extended] = [BASE_IMAGE, tagOf(target)].map(configOf);

    expect(extended).toEqual({ ...base, Entrypoint: ['/opt/lambda-node-extended/entrypoint', ...base.Entrypoint] });
  });
});

it('has a target with /opt alone, for other images', () => {
  expect(layersOf(tagOf('extensions'))).toHaveLength(1);
  expect(listLastLayer(tagOf('extensions'))).toEqual(filesOf(['lambda-node-extended']));
});

it.each(TARGETS)('the labels of %s say what it is, which version and commit, and where it comes from', (target) => {
  const labels = labelsOf(tagOf(target));

  expect(labels).toMatchObject({
    title: 'lambda-node-extended',
    description: expect.any(String),
    version: VERSION,
    revision: execFileSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim(),
    created: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    source: expect.stringMatching(/^https:/),
    documentation: expect.stringMatching(/^https:/),
    licenses: 'Apache-2.0',
    ...(target === 'extensions' ? {} : { 'base.name': BASE_IMAGE }),
  });
});

it.each(TARGETS)('%s says by its label whether Lambda may publish it with SnapStart', (target) => {
  // An image with another Node.js may start its function without the preload.
  expect(labelsOf(tagOf(target))[SNAPSTART_LABEL]).toBe(target === 'extensions' ? undefined : 'Allow');
});

it.each(TARGETS)('%s is found under the names that users write', (target) => {
  const node = tagOf('extended').split(':')[1] ?? '';
  const names = furtherNames(target, node);

  expect(names).toContain(`${IMAGE_REPOSITORY}:${tagOf(target).split(':')[1]}`);
  expect(names.includes(`${IMAGE_REPOSITORY}:latest`)).toBe(target === 'extended' && node === LATEST_NODE);
  expect(new Set(names.map(idOf))).toEqual(new Set([idOf(tagOf(target))]));
});

it('has a supervisor and a host that tell their version', () => {
  const runs = ['/opt/extensions/lambda-node-extended', '/var/lang/bin/node'].map((entrypoint, index) =>
    runToEnd({
      image: tagOf('extended'),
      entrypoint,
      args: [...(index === 0 ? [] : ['/opt/lambda-node-extended/host.cjs']), '--version'],
    }),
  );

  expect(runs.map(({ status, stdout }) => [status, stdout.trim()])).toEqual([
    [0, VERSION],
    [0, VERSION],
  ]);
});

it('has the bytes that npm run build writes on any machine', () => {
  const files = [...bundles, 'manifest', 'preload-parts', 'LICENSE'];
  const inImage = readFiles(
    tagOf('extended'),
    files.map((file) => `/opt/lambda-node-extended/${file}`),
  );
  const here = files.map((file) => readFileSync(join(ROOT, 'dist/opt/lambda-node-extended', file), 'utf8'));

  expect(inImage).toBe(here.join('').trim());
});

it('has the licences of what is in it, also of what Rust linked into the supervisor', () => {
  const notices = readFiles(tagOf('extended'), ['/opt/lambda-node-extended/THIRD-PARTY-NOTICES.txt']);

  expect(notices).toContain('@smithy/');
  expect(notices).toContain('The Rust standard library (MIT OR Apache-2.0)');
  expect(notices).toMatch(/^(musl|The GNU C Library)/m);
});

it('has the same modes from a checkout that was made with umask 077', { timeout: 5 * MINUTE }, () => {
  const context = checkoutWithUmask077();
  try {
    const tag = buildTarget('extensions', { context, tag: 'lambda-node-extended:umask-077' });

    expect(listLastLayer(tag)).toEqual(filesOf(['lambda-node-extended']));
  } finally {
    rmSync(context, { recursive: true });
  }
});

it('runs on the base image with Node 22', async () => {
  const image = tagOf('extended', NODE_22_BASE);
  await using container = await startFunction({ image, fixture: 'tells-version' });

  const { body } = await container.invoke();

  expect(image).toBe('lambda-node-extended:22');
  expect(body).toMatch(/^v22\./);
  await container.writes(/External agent lambda-node-extended .* registered/);
});

it('serves a function that may write only to /tmp, and has neither root nor any privilege', async () => {
  await using aws = await startAws();
  const SECRET_ID = await aws.createSecret('{"user":"u"}');
  const PARAMETER_NAME = await aws.createParameter('a value');
  await using container = await startFunction({
    image: TEMPLATE,
    network: aws.network,
    environment: { AWS_ENDPOINT_URL: aws.endpoint, SECRET_ID, PARAMETER_NAME },
    isHardened: true,
  });

  const invocation = await container.invoke();

  expect(invocation).toMatchObject({
    status: 200,
    body: { secret: { id: SECRET_ID, fields: ['user'] }, parameter: { name: PARAMETER_NAME, value: 'a value' } },
  });
});

it('has an extension that runs where there is nothing else, neither a C library nor Node.js', () => {
  const image = imageWithExtensions('scratch');

  const { status, stdout, stderr } = runToEnd({ image, entrypoint: '/opt/extensions/lambda-node-extended' });

  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  expect(stdout).toMatch(/^\S+ ERROR \[supervisor\] The supervisor exits, because AWS_LAMBDA_RUNTIME_API is not set/);
});

it('takes the Node.js of the PATH where an image other than AWS’s copied /opt', () => {
  const image = imageWithExtensions(MINISTACK, `COPY --from=${BASE_IMAGE} /var/lang/bin/node /usr/local/bin/node`);

  const { status, stdout, stderr } = runToEnd({ image, entrypoint: '/opt/extensions/lambda-node-extended' });

  expect(status).toBe(1);
  expect(stdout + stderr).toContain('AWS_LAMBDA_RUNTIME_API is not set');
});

/** Mode, owner and path of each file that belongs in the layer. */
function filesOf(executables: readonly string[], { isLinked = false } = {}): string[] {
  return [
    'drwxr-xr-x 0/0 opt/',
    'drwxr-xr-x 0/0 opt/bin/',
    'lrwxrwxrwx 0/0 opt/bin/with-secrets',
    'drwxr-xr-x 0/0 opt/extensions/',
    ...executables.map((name) => `${isLinked ? 'lrwxrwxrwx' : '-rwxr-xr-x'} 0/0 opt/extensions/${name}`),
    'drwxr-xr-x 0/0 opt/lambda-node-extended/',
    '-rw-r--r-- 0/0 opt/lambda-node-extended/LICENSE',
    '-rw-r--r-- 0/0 opt/lambda-node-extended/THIRD-PARTY-NOTICES.txt',
    ...[
      ...built.filter((name) => /\.cjs(\.cache)?$/.test(name)),
      'entrypoint',
      'known-variables',
      'manifest',
      'node_modules/',
      'node_modules/lambda-node-extended/',
      'node_modules/lambda-node-extended/extension.cjs',
      'node_modules/lambda-node-extended/internal.cjs',
      'node_modules/lambda-node-extended/package.json',
      'node_modules/lambda-node-extended/run.cjs',
      'preload-parts',
      ...(isLinked ? ['supervisor'] : []),
    ]
      .toSorted()
      .map(
        (name) =>
          `${name.endsWith('/') ? 'drwxr-xr-x' : (MODES[name] ?? '-rw-r--r--')} 0/0 opt/lambda-node-extended/${name}`,
      ),
  ];
}

const SNAPSTART_LABEL = 'com.amazonaws.lambda.feature.snapstart';

/** Of what is no plain file that anyone may read. */
const MODES: Record<string, string> = { entrypoint: 'lrwxrwxrwx', supervisor: '-rwxr-xr-x' };

function idOf(image: string): string {
  return dockerOutput('image', 'inspect', '--format', '{{.Id}}', image);
}

/** Those of the Open Container Initiative, without the prefix. */
function labelsOf(image: string): Record<string, string> {
  const all: Record<string, string> = JSON.parse(
    dockerOutput('image', 'inspect', '--format', '{{json .Config.Labels}}', image),
  );
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name.replace('org.opencontainers.image.', ''), value]),
  );
}

function layersOf(image: string): string[] {
  return JSON.parse(dockerOutput('image', 'inspect', '--format', '{{json .RootFS.Layers}}', image));
}

/** Without our labels; `Image` is the classic builder's note of the step before. */
function configOf(image: string) {
  const { Image, Labels, ...config } = JSON.parse(
    dockerOutput('image', 'inspect', '--format', '{{json .Config}}', image),
  );
  const isOurs = (name: string) => name.startsWith('org.opencontainers.image.') || name === SNAPSTART_LABEL;
  const labels = Object.entries(Labels ?? {}).filter(([name]) => !isOurs(name));
  return { ...config, Labels: Object.fromEntries(labels) };
}

function listLastLayer(image: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'layer-'));
  try {
    dockerOutput('save', '--output', join(folder, 'image.tar'), image);
    execFileSync('tar', ['-xf', 'image.tar'], { cwd: folder });
    const [{ Layers }] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    const listing = execFileSync('tar', ['--numeric-owner', '-tvf', Layers.at(-1)], { cwd: folder, encoding: 'utf8' });
    return listing.trim().split('\n').map(withoutSizeAndDate).sort(byPath);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function withoutSizeAndDate(line: string): string {
  const [mode, owner, _size, _date, _time, path] = line.split(/\s+/);
  return `${mode} ${owner} ${path}`;
}

function byPath(one: string, other: string): number {
  const [path, otherPath] = [one, other].map((line) => line.split(' ')[2]) as [string, string];
  return path < otherPath ? -1 : 1;
}

function readFiles(image: string, paths: string[]): string {
  return runToEnd({ image, entrypoint: '/bin/cat', args: paths }).stdout;
}

function checkoutWithUmask077(): string {
  const folder = mkdtempSync(join(tmpdir(), 'umask-077-'));
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  for (const file of list.toString().split('\0').filter(Boolean)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true, mode: 0o700 });
    cpSync(join(ROOT, file), join(folder, file));
    chmodSync(join(folder, file), 0o600);
  }
  return folder;
}

function imageWithExtensions(baseImage: string, ...more: string[]): string {
  const tag = `lambda-node-extended:copied-${more.length}`;
  const context = mkdtempSync(join(tmpdir(), 'copied-'));
  const lines = [`FROM ${baseImage}`, `COPY --from=${tagOf('extensions')} /opt /opt`, ...more];
  writeFileSync(join(context, 'Dockerfile'), lines.join('\n'));
  buildImage(tag, context);
  rmSync(context, { recursive: true });
  return tag;
}
