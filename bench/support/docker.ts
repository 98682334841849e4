import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { execa, execaSync } from 'execa';

/** Returns what `docker` prints for these arguments. */
export async function docker(...args: string[]): Promise<string> {
  return (await execa('docker', args)).stdout;
}

/** The id of an image, or undefined if the image, the daemon or Docker itself is missing. */
export async function imageId(image: string): Promise<string | undefined> {
  return await docker('image', 'inspect', '--format', '{{.Id}}', image).catch(() => undefined);
}

export interface Container extends AsyncDisposable {
  /** Of the port 8080, where the Runtime Interface Emulator listens. */
  readonly url: string;
}

export interface FunctionOptions {
  image: string;
  handlerFile: string;
  cpus: number;
  environment?: Readonly<Record<string, string>>;
  /** An executable for `/opt/extensions`. */
  extension?: string;
}

/** Starts a function on the Runtime Interface Emulator; its cgroup limits its CPUs. */
export async function startFunction(options: FunctionOptions): Promise<Container> {
  const { image, handlerFile, cpus, environment = {}, extension } = options;
  const variables = Object.entries({ AWS_SESSION_TOKEN: 'bench', ...environment });
  const container = await docker(
    ...['create', '--publish', '127.0.0.1::8080', '--cpus', String(cpus)],
    ...variables.flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...[image, 'index.handler'],
  );
  const removeWithUs = () => execaSync('docker', ['rm', '--force', container], { reject: false });
  process.once('exit', removeWithUs);

  await docker('cp', handlerFile, `${container}:/var/task/index${handlerFile.endsWith('.mjs') ? '.mjs' : '.js'}`);
  if (extension !== undefined) await copyExtension(extension, container);
  await docker('start', container);
  return {
    url: `http://${await docker('port', container, '8080/tcp')}`,
    async [Symbol.asyncDispose]() {
      process.off('exit', removeWithUs);
      await docker('rm', '--force', container);
    },
  };
}

/** The base image has no such folder, which comes with the copy. */
async function copyExtension(file: string, container: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'opt-'));
  try {
    mkdirSync(join(folder, 'extensions'));
    copyFileSync(file, join(folder, 'extensions', parse(file).name));
    await docker('cp', `${folder}/.`, `${container}:/opt/`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
