/** Calls to the docker command, for the scripts and the container tests. */
import { execFileSync, spawnSync } from 'node:child_process';

/** Builds an image, with its output shown only when that fails. */
export function buildImage(tag: string, context: string, ...flags: string[]): void {
  console.error(`Building the image ${tag} …`);
  const { status, stderr } = spawnSync('docker', ['build', '--quiet', '--tag', tag, ...flags, context], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`${stderr}Building the image ${tag} failed.`);
}

/** Runs docker and returns what it printed. Throws, with its error output, when it fails. */
export function dockerOutput(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** Why no container can be started here, or undefined if a daemon answers. */
export function whyNoDocker(): string | undefined {
  const version = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { encoding: 'utf8' });
  if (version.error) return 'there is no docker command';
  if (version.status !== 0) return `no Docker daemon answers (${lastLine(version.stderr)})`;
  return undefined;
}

export function imageExists(tag: string): boolean {
  return spawnSync('docker', ['image', 'inspect', tag], { stdio: 'ignore' }).status === 0;
}

export function imageLabel(tag: string, label: string): string | undefined {
  const inspected = spawnSync('docker', ['image', 'inspect', '--format', `{{index .Config.Labels "${label}"}}`, tag]);
  return inspected.status === 0 ? inspected.stdout.toString().trim() : undefined;
}

export function buildArguments(values: Record<string, string | undefined>): string[] {
  return Object.entries(values).flatMap(([name, value]) => (value ? ['--build-arg', `${name}=${value}`] : []));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
