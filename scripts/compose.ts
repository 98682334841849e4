/** Runs the services of docker-compose.yml with version 2 or 1 of Docker Compose. */
import { resolve } from 'node:path';
import { execa, execaSync } from 'execa';

const FILE = resolve(import.meta.dirname, '../docker-compose.yml');

export interface Compose {
  /** Runs a command and shows its output on stderr. Throws if it fails. */
  run(...args: string[]): Promise<void>;
  output(...args: string[]): string;
}

export function compose(project: string, environment: NodeJS.ProcessEnv = process.env): Compose {
  const [command, ...first] = findCompose();
  const all = (args: string[]) => [...first, '--project-name', project, '--file', FILE, ...args];
  return {
    async run(...args) {
      const options = { stdio: ['ignore', 2, 2], env: environment, extendEnv: false, reject: false } as const;
      const { failed } = await execa(command, all(args), options);
      if (failed) throw new Error(`"docker compose ${args.join(' ')}" failed.`);
    },
    output: (...args) => execaSync(command, all(args), { env: environment, extendEnv: false, reject: false }).stdout,
  };
}

/** Version 2 is a plugin of docker; version 1 is a program of its own. */
function findCompose(): [string, ...string[]] {
  if (!execaSync('docker', ['compose', 'version'], { reject: false }).failed) return ['docker', 'compose'];
  if (!execaSync('docker-compose', ['version'], { reject: false }).failed) return ['docker-compose'];
  throw new Error('Docker Compose is not installed. On Debian: apt-get install docker-compose');
}
