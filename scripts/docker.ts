/** Calls the docker command, for the scripts and the container tests. */
import { execaSync } from 'execa';

/** Builds an image. Shows the output only if the build fails. */
export function buildImage(tag: string, context: string, ...flags: string[]): void {
  console.error(`Building the image ${tag} …`);
  const args = ['build', '--quiet', '--tag', tag, ...flags, context];
  const { failed, stderr } = execaSync('docker', args, { stdout: 'ignore', reject: false });
  if (failed) throw new Error(`${stderr}\nBuilding the image ${tag} failed.`);
}

/** Runs docker and returns what it printed. Throws an error with its stderr if it fails. */
export function dockerOutput(...args: string[]): string {
  return execaSync('docker', args).stdout.trim();
}

/** The reason why no container can be started, or undefined if a daemon answers. */
export function whyNoDocker(): string | undefined {
  const version = execaSync('docker', ['version', '--format', '{{.Server.Version}}'], { reject: false });
  if (version.code === 'ENOENT') return 'there is no docker command';
  return version.failed ? `no Docker daemon answers (${lastLine(version.stderr)})` : undefined;
}

/**
 * @param what the command and what it needs Docker for, as the beginning of a sentence.
 * @throws Error if no container can be started. Its advice is Docker alone: whatever else helps needs Docker, too.
 */
export function requireDocker(what: string): void {
  const reason = whyNoDocker();
  if (reason) throw new Error(`${what}, but ${reason}. Install or start Docker.`);
}

export function imageExists(tag: string): boolean {
  return !execaSync('docker', ['image', 'inspect', tag], { reject: false }).failed;
}

/** Pulls an image. Returns the reason if that fails, else undefined. */
export function whyNotPulled(tag: string): string | undefined {
  console.error(`Pulling the image ${tag} …`);
  const { failed, stderr } = execaSync('docker', ['pull', '--quiet', tag], { reject: false });
  return failed ? lastLine(stderr) : undefined;
}

export function imageLabel(tag: string, label: string): string | undefined {
  const args = ['image', 'inspect', '--format', `{{index .Config.Labels "${label}"}}`, tag];
  const { failed, stdout } = execaSync('docker', args, { reject: false });
  return failed ? undefined : stdout;
}

export function buildArguments(values: Record<string, string | undefined>): string[] {
  return Object.entries(values).flatMap(([name, value]) => (value ? ['--build-arg', `${name}=${value}`] : []));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
