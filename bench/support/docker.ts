import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

/** What `docker` prints for these arguments. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', args);
  return stdout.trim();
}

/** The id of an image, or nothing where the image, the daemon or Docker itself is missing. */
export async function imageId(image: string): Promise<string | undefined> {
  return await docker('image', 'inspect', '--format', '{{.Id}}', image).catch(() => undefined);
}

export interface Container extends AsyncDisposable {
  /** Of the port 8080, where the Runtime Interface Emulator listens. */
  readonly url: string;
}

/** Starts a function on the Runtime Interface Emulator, held to so many CPUs by its cgroup. */
export async function startFunction(options: { image: string; handlerFile: string; cpus: number }): Promise<Container> {
  const { image, handlerFile, cpus } = options;
  const container = await docker(
    ...['create', '--publish', '127.0.0.1::8080', '--cpus', String(cpus)],
    ...['--env', 'AWS_SESSION_TOKEN=bench', image, 'index.handler'],
  );
  const removeWithUs = () => spawnSync('docker', ['rm', '--force', container]);
  process.once('exit', removeWithUs);

  await docker('cp', handlerFile, `${container}:/var/task/index.js`);
  await docker('start', container);
  return {
    url: `http://${await docker('port', container, '8080/tcp')}`,
    async [Symbol.asyncDispose]() {
      process.off('exit', removeWithUs);
      await docker('rm', '--force', container);
    },
  };
}
