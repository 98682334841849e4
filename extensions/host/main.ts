/**
 * The host's process. Arguments: this file, and the name of the executable in `/opt/extensions` that started it; or
 * `--write-manifest`, after modules were added; or `--write-code-cache`, where another Node.js is to run it; or `--version`.
 */
import { dirname } from 'node:path';
import { createLog } from '../../foundation/log.ts';
import { VERSION } from '../../foundation/version.ts';
import { loadHost } from './code-cache/load-host.ts';
import { loadWithin } from './code-cache/read.ts';
import { endLog } from './end-log.ts';
import { compilerOfThisProcess } from './services/compiler.ts';

const [, script = '', name = 'lambda-node-extended'] = process.argv;
const folder = dirname(script);
const lastWords = createLog({ name: 'host', level: 'error', format: 'text' });

// An uncaught error of one extension must end neither the others nor the function.
process.on('uncaughtException', (error: unknown) =>
  lastWords.error(`The host continues after an uncaught error: ${error instanceof Error ? error.stack : error}`),
);

if (name === '--version') console.log(VERSION);
else if (name === '--write-manifest') void orComplain(`${name} failed`, () => loadHost(folder).writeManifest(folder));
else if (name === '--write-code-cache')
  void orComplain(`${name} failed`, async () =>
    (await import('./code-cache/write.ts')).writeCodeCache(folder, process.env),
  );
else {
  void orComplain('The host exits, because it can do nothing more', () =>
    loadHost(folder).runHost({
      folder,
      name,
      environment: process.env,
      compiler: compilerOfThisProcess(loadWithin),
    }),
  );
}

/** Ends the process when the work is done: open sockets and timers would keep it alive. */
async function orComplain(how: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    await endLog();
    process.exit(0);
  } catch (error) {
    lastWords.error(`${how}: ${error instanceof Error ? error.message : error}`);
    await endLog();
    process.exit(1);
  }
}
