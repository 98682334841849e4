import { spawnSync } from 'node:child_process';

export interface RunOptions {
  image: string;
  entrypoint?: string;
  args?: readonly string[];
  environment?: Record<string, string>;
}

/** Runs a container to its end: its exit status, and what it wrote. */
export function runToEnd({ image, entrypoint, args = [], environment = {} }: RunOptions) {
  const flags = [
    ...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
    ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ];
  const { status, stdout, stderr } = spawnSync('docker', ['run', '--rm', ...flags, image, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 16 * 1024 * 1024,
  });
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}
