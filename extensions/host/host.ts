import { join } from 'node:path';
import { ownEndpoints, withoutOwnEndpoints } from '../../aws-call/own-endpoints.ts';
import { systemClock } from '../../foundation/clock.ts';
import { createLog, type LogLevel } from '../../foundation/log.ts';
import { describeProblem, readSettings } from '../../foundation/settings.ts';
import { lambdaVariables } from '../../lambda-api/environment.ts';
import { readCatalog } from './catalog.ts';
import { endLog } from './end-log.ts';
import { extensionsApiSource } from './event-sources/extensions-api.ts';
import { supervisorSource } from './event-sources/supervisor.ts';
import { readLaunchContext } from './launch-context.ts';
import { planWithDefinitions } from './plan-with-definitions.ts';
import { run } from './run.ts';
import { awsServices } from './services/aws.ts';
import type { Compiler } from './services/compiler.ts';
import { handedTexts } from './services/handed-texts.ts';
import { hostSettings } from './settings.ts';

export { writeManifest } from './manifest.ts';

export interface RunHostOptions {
  /** Where the bundles and `modules/` are. */
  folder: string;
  /** File name of the executable that Lambda started. */
  name: string;
  environment: Record<string, string | undefined>;
  compiler: Compiler;
}

/** The host with the real world around it, until SHUTDOWN. */
export async function runHost(options: RunHostOptions): Promise<void> {
  const { folder, name, compiler } = options;
  const environment = withoutOwnEndpoints(options.environment);
  const authority = environment[lambdaVariables.runtimeApi];
  if (authority === undefined) {
    throw new Error(`${lambdaVariables.runtimeApi} is not set: this program is started by Lambda or an emulator of it`);
  }
  const clock = systemClock;
  const { values: settings, problems } = readSettings(hostSettings, environment);
  const format = environment[lambdaVariables.logFormat] === 'JSON' ? 'json' : 'text';
  const logOf = (speaker: string, level: LogLevel = settings.logLevel) => createLog({ name: speaker, level, format });
  const log = logOf('host');

  const launch = readLaunchContext(environment);
  const catalog = readCatalog(join(folder, 'modules'), (problem) => log.warn(problem));
  const {
    plan,
    definitions,
    problems: problemsOfPlan,
  } = await planWithDefinitions({
    given: launch.plan,
    name,
    catalog,
    settings,
    environment,
    logOf,
  });
  const { variables, ports } = launch.reported;
  const unreported = [...problems, ...problemsOfPlan].filter(({ variable }) => !variables.includes(variable));
  for (const problem of unreported) log.warn(describeProblem(problem));

  for (const { variable, port } of ownEndpoints(options.environment)) {
    // The AWS SDK reads the environment of the process by itself.
    delete options.environment[variable];
    log.info(`Calls of the extensions go to AWS, because ${variable} names their own port ${port}`);
  }

  const { control } = launch;
  const texts = handedTexts();
  if (control === undefined) texts.completed();
  await run({
    name,
    plan,
    definitions,
    source:
      control === undefined
        ? extensionsApiSource({ authority, clock, log })
        : supervisorSource({ control, authority, texts, onEnd: () => process.exit(0) }),
    authority,
    launch,
    texts,
    reported: { variables: [...variables, ...unreported.map(({ variable }) => variable)], ports },
    settings,
    environment,
    aws: awsServices(environment, clock, compiler.saveMemory),
    compiler,
    clock,
    logOf,
  });
  await endLog();
}
