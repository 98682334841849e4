/** The services of docker-compose.yml, by whichever Compose is installed. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const FILE = resolve(import.meta.dirname, '../docker-compose.yml');

export interface Compose {
  /** Runs a command, its output shown on stderr. Throws when it fails. */
  run(...args: string[]): Promise<void>;
  output(...args: string[]): string;
}

export function compose(project: string, environment: NodeJS.ProcessEnv = process.env): Compose {
  const [command, ...first] = findCompose();
  const all = (args: string[]) => [...first, '--project-name', project, '--file', FILE, ...args];
  return {
    async run(...args) {
      const child = spawn(command, all(args), { stdio: ['ignore', 2, 2], env: environment });
      const [status] = await once(child, 'exit');
      if (status !== 0) throw new Error(`"docker compose ${args.join(' ')}" failed.`);
    },
    output: (...args) => spawnSync(command, all(args), { encoding: 'utf8', env: environment }).stdout.trim(),
  };
}

/** Version 2 is a plugin of docker, version 1 a program of its own. */
function findCompose(): [string, ...string[]] {
  if (spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0) return ['docker', 'compose'];
  if (spawnSync('docker-compose', ['version'], { stdio: 'ignore' }).status === 0) return ['docker-compose'];
  throw new Error('Docker Compose is not here. On Debian: apt-get install docker-compose');
}
