import { execaSync } from 'execa';

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
  const options = { reject: false, timeout: 60_000 } as const;
  const { exitCode, stdout, stderr } = execaSync('docker', ['run', '--rm', ...flags, image, ...args], options);
  return { status: exitCode, stdout: stdout.trim(), stderr: stderr.trim() };
}
