import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessName } from './environment/events-and-effects.ts';
import type { ProcessSpec } from './environment/process.ts';
import { extensionEnvironment, type FunctionVariables, runtimeEnvironment } from './environment/process-environment.ts';
import { MARKER } from './environment/process-tree.ts';
import type { SandboxHosts } from './environment/sandbox-hosts.ts';
import { NODE_RUNTIME } from './own-files.ts';
import type { Settings } from './settings.ts';

/** How to start a process of the environment. `markerValue` is in the variables of each; `randomSeed` is V8's, of our own runtime alone. */
export function specOf(
  process: ProcessName,
  settings: Settings,
  variables: FunctionVariables,
  markerValue: string,
  hosts: SandboxHosts,
  randomSeed?: number,
): ProcessSpec {
  const marker = { [MARKER]: markerValue };
  if (process.kind === 'extension') {
    const executable = join(settings.optDir ?? '', 'extensions', process.name);
    const [command, ...args] = hosts.wrap([executable]);
    return {
      command,
      executable,
      args,
      environment: { ...extensionEnvironment(variables), ...marker },
      directory: settings.functionDir,
      hasLogFrames: false,
    };
  }
  const environment = {
    ...withSourceMaps(runtimeEnvironment(variables), settings),
    ...marker,
    _LAMBDA_TELEMETRY_LOG_FD: '3',
  };
  const wrapper = settings.environment.AWS_LAMBDA_EXEC_WRAPPER;
  const runtime = settings.runtimeCommand ?? nodeRuntimeCommand(settings, wrapper, randomSeed);
  const [command = '', ...args] = [...entrypointOf(settings.optDir), ...runtime];
  const executable = runtime[0] ?? '';
  return { command, executable, args, environment, directory: settings.functionDir, hasLogFrames: true };
}

/** The ENTRYPOINT of our images, for what it preloads. */
function entrypointOf(optDir: string | undefined): string[] {
  const file = join(optDir ?? '', 'lambda-node-extended/entrypoint');
  return optDir !== undefined && existsSync(file) ? [file] : [];
}

/** Starts our Node runtime as the bootstrap in AWS's image starts AWS's, with AWS_LAMBDA_EXEC_WRAPPER. */
function nodeRuntimeCommand(
  { memoryMB, sourceMaps }: Settings,
  wrapper: string | undefined,
  randomSeed: number | undefined,
): [string, ...string[]] {
  const command: [string, ...string[]] = [
    process.execPath,
    '--max-http-header-size=81920',
    `--max-semi-space-size=${Math.max(1, Math.floor(memoryMB / 20))}`,
    `--max-old-space-size=${memoryMB - Math.floor(memoryMB / 10)}`,
    ...(randomSeed === undefined ? [] : [`--random-seed=${randomSeed}`]),
    ...(sourceMaps ? [SOURCE_MAPS] : []),
    NODE_RUNTIME,
  ];
  if (!wrapper) return command;
  if (!isFile(wrapper)) return ['/bin/sh', '-c', 'echo "$0: does not exist"; exit 127', wrapper];
  if (!isExecutable(wrapper)) return ['/bin/sh', '-c', 'echo "$0: is not an executable"; exit 126', wrapper];
  // By a shell, as the bootstrap: it also runs a script without a first line, and its refusals have a shell's exit status.
  return ['/bin/sh', '-c', 'exec "$@"', 'bootstrap', wrapper, ...command];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Of a runtime that is not ours we do not write the command line. A program other than Node.js does not mind. */
function withSourceMaps(
  variables: Record<string, string>,
  { runtimeCommand, sourceMaps }: Settings,
): Record<string, string> {
  if (!sourceMaps || runtimeCommand === undefined) return variables;
  return { ...variables, NODE_OPTIONS: [variables.NODE_OPTIONS, SOURCE_MAPS].filter(Boolean).join(' ') };
}

const SOURCE_MAPS = '--enable-source-maps';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The values behind the environment's variables. */
export function variablesOf(
  settings: Settings,
  functionVersion: string,
  runtimeApi: string,
  instanceId: string,
): FunctionVariables {
  const day = new Date(settings.clock.wallMs()).toISOString().slice(0, 10).replaceAll('-', '/');
  return {
    functionName: settings.functionName,
    functionVersion,
    memoryMB: settings.memoryMB,
    initializationType: settings.initializationType,
    handler: settings.handler,
    taskRoot: settings.functionDir,
    region: settings.region,
    logFormat: settings.logFormat,
    logStream: `${day}/[${functionVersion}]${instanceId.replaceAll('-', '')}`,
    runtimeApi,
    concurrency: settings.concurrency,
    // biome-ignore lint/style/noProcessEnv: programs are found where the user finds them; nothing else is inherited
    path: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    custom: settings.environment,
  };
}
