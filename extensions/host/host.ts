import { join } from 'node:path';
import { systemClock } from '../../foundation/clock.ts';
import type { Log } from '../../foundation/log.ts';
import type { Environment } from '../../foundation/settings.ts';
import { lambdaVariables } from '../../lambda-api/environment.ts';
import { readCatalog } from './catalog.ts';
import { extensionsApiSource } from './event-sources/extensions-api.ts';
import { readErrand, supervisorSource } from './event-sources/supervisor.ts';
import { run } from './run.ts';
import { awsServices } from './services/aws.ts';
import { compilerService } from './services/compiler.ts';

export { writeManifest } from './manifest.ts';

export interface RunHostOptions {
  /** Where the bundles and `modules/` are. */
  folder: string;
  /** File name of the executable that Lambda started. */
  name: string;
  environment: Environment;
  compiler?: ReturnType<typeof compilerService>;
}

/** The host with the real world around it, until SHUTDOWN. */
export async function runHost(options: RunHostOptions): Promise<void> {
  const { folder, name, environment, compiler = compilerService() } = options;
  const authority = environment[lambdaVariables.runtimeApi];
  if (authority === undefined) {
    throw new Error(`${lambdaVariables.runtimeApi} is not set: this program is started by Lambda or an emulator of it`);
  }
  const clock = systemClock;
  const errand = readErrand(environment);
  const source = (log: Log) =>
    errand === undefined
      ? extensionsApiSource({ authority, clock, log })
      : supervisorSource({ errand, authority, onEnd: () => process.exit(0) });
  await run({
    name,
    environment,
    catalog: readCatalog(join(folder, 'modules')),
    source,
    errand,
    aws: awsServices(environment, clock, compiler.saveMemory),
    compiler: compiler.service,
    clock,
  });
}
