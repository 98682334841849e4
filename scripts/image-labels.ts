/** The labels of the Open Container Initiative that a Dockerfile cannot know: https://specs.opencontainers.org/image-spec/annotations/ */
import { resolve } from 'node:path';
import { execaSync } from 'execa';
import { VERSION } from '../foundation/version.ts';

/** `--label` flags for a build. The time is the commit's, so that the same commit gives the same image. */
export function labelFlags(baseImage: string | undefined): string[] {
  const base =
    baseImage === undefined ? {} : { 'base.name': withoutDigest(baseImage), 'base.digest': digestOf(baseImage) };
  const labels = {
    version: VERSION,
    revision: git('rev-parse', 'HEAD'),
    created: git('show', '--no-patch', '--format=%cI', 'HEAD'),
    ...base,
  };
  return Object.entries(labels).flatMap(([name, value]) =>
    value ? ['--label', `org.opencontainers.image.${name}=${value}`] : [],
  );
}

function withoutDigest(image: string): string {
  return image.replace(/@sha256:[0-9a-f]+$/, '');
}

/** The registry's digest; an image that was built here has none. */
function digestOf(image: string): string | undefined {
  const named = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
  if (named !== undefined) return named;
  const args = ['image', 'inspect', '--format', '{{join .RepoDigests " "}}', image];
  const { failed, stdout } = execaSync('docker', args, { reject: false });
  return failed ? undefined : /@(sha256:[0-9a-f]{64})/.exec(stdout)?.[1];
}

/** Undefined outside of a checkout. */
function git(...args: string[]): string | undefined {
  const { failed, stdout } = execaSync('git', args, { cwd: resolve(import.meta.dirname, '..'), reject: false });
  return failed ? undefined : stdout.trim();
}
