/**
 * The host's process. Arguments: this file, and the name of the executable in `/opt/extensions` that started it; or
 * `--write-manifest`, after modules were added; or `--write-code-cache`, where another Node.js is to run it.
 */
import { dirname, join } from 'node:path';
import { systemClock } from '../../foundation/clock.ts';
import { createLog } from '../../foundation/log.ts';
import { lambdaVariables } from '../../lambda-api/environment.ts';
import { readCatalog } from './catalog.ts';
import { extensionsApiSource } from './event-sources/extensions-api.ts';
import { readErrand, supervisorSource } from './event-sources/supervisor.ts';
import { writeManifest } from './manifest.ts';
import { run } from './run.ts';
import { awsServices } from './services/aws.ts';
import { compilerService } from './services/compiler.ts';

const [, script = '', name = 'lambda-node-extended'] = process.argv;
const environment = process.env;
const clock = systemClock;
const lastWords = createLog({ name: 'host', level: 'error', format: 'text' });

// An error of one extension that nobody caught must not end the others, nor the function.
process.on('uncaughtException', (error: unknown) =>
  lastWords.error(`an error that nobody caught: ${error instanceof Error ? error.stack : error}`),
);

if (name === '--write-manifest') void buildStep(() => writeManifest(dirname(script)));
else if (name === '--write-code-cache')
  void buildStep(async () => (await import('./write-code-cache.ts')).writeCodeCache(dirname(script)));
else void main();

/** A build must not go on without what it asked for. */
async function buildStep(step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    lastWords.error(`${name} failed: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}

async function main(): Promise<void> {
  const authority = environment[lambdaVariables.runtimeApi];
  if (authority === undefined) {
    lastWords.error(`${lambdaVariables.runtimeApi} is not set: this program is started by Lambda or an emulator of it`);
    process.exit(1);
  }
  try {
    const catalog = readCatalog(join(dirname(script), 'modules'));
    const errand = readErrand(environment);
    const source = (log: ReturnType<typeof createLog>) =>
      errand === undefined
        ? extensionsApiSource({ authority, clock, log })
        : supervisorSource({ errand, authority, onEnd: () => process.exit(0) });
    const { service: compiler, saveMemory } = compilerService();
    const aws = awsServices(environment, clock, saveMemory);
    await run({ name, environment, catalog, source, errand, aws, compiler, clock });
    process.exit(0);
  } catch (error) {
    lastWords.error(`ends, because it can do nothing more: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}
