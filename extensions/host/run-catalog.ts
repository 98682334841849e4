import { ownEndpoints, withoutOwnEndpoints } from '../../aws-call/own-endpoints.ts';
import { systemClock } from '../../foundation/clock.ts';
import { createLog, type LogLevel } from '../../foundation/log.ts';
import { describeProblem, readSettings } from '../../foundation/settings.ts';
import { lambdaVariables } from '../../lambda-api/environment.ts';
import type { Catalog } from './catalog.ts';
import { endLog } from './end-log.ts';
import { extensionsApiSource } from './event-sources/extensions-api.ts';
import { supervisorSource } from './event-sources/supervisor.ts';
import { readLaunchContext } from './launch-context.ts';
import { planWithDefinitions } from './plan-with-definitions.ts';
import { run } from './run.ts';
import { awsServices, type LoadAwsSdk } from './services/aws.ts';
import type { Compiler } from './services/compiler.ts';
import { handedTexts } from './services/handed-texts.ts';
import { hostSettings } from './settings.ts';

export interface RunCatalogOptions {
  /** File name of the executable that Lambda started. */
  readonly name: string;
  /** The extensions that may run. What is wrong with them is told to `warn`. */
  readonly openCatalog: (warn: (problem: string) => void) => Catalog;
  /** The name of the one extension of this process, whatever `EXTENSIONS_ENABLED` says. */
  readonly alone?: string;
  readonly environment: Record<string, string | undefined>;
  readonly compiler: Compiler;
  readonly loadAwsSdk: LoadAwsSdk;
}

/** Runs extensions with the real world around them, until SHUTDOWN. */
export async function runCatalog(options: RunCatalogOptions): Promise<void> {
  const { name, alone, openCatalog, compiler, loadAwsSdk } = options;
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
  const catalog = openCatalog((problem) => log.warn(problem));
  const {
    plan,
    definitions,
    problems: problemsOfPlan,
  } = await planWithDefinitions({
    given: launch.plan,
    name: alone ?? name,
    catalog,
    settings: alone === undefined ? settings : { ...settings, enabled: ['auto'] },
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
    aws: awsServices(environment, clock, compiler.saveMemory, loadAwsSdk),
    compiler,
    clock,
    logOf,
  });
  await endLog();
}
