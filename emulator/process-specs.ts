import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { payloadLimits } from '../lambda-api/limits.ts';
import type { ProcessName } from './environment/events-and-effects.ts';
import { OPT } from './environment/mount-plan.ts';
import type { ProcessSpec } from './environment/process.ts';
import { extensionEnvironment, type FunctionVariables, runtimeEnvironment } from './environment/process-environment.ts';
import { MARKER } from './environment/process-tree.ts';
import type { Folders, Sandbox } from './environment/sandbox.ts';
import { TASK_SOURCE } from './node-runtime/task-source.ts';
import { NODE_RUNTIME } from './own-files.ts';
import { LOOPBACK, type Settings } from './settings.ts';

/** How to start a process of the environment. `markerValue` is in the variables of each; `randomSeed` is V8's, of our own runtime alone. */
export function specOf(
  process: ProcessName,
  settings: Settings,
  variables: FunctionVariables,
  markerValue: string,
  sandbox: Sandbox,
  inspectPort: number | undefined,
  randomSeed?: number,
): ProcessSpec {
  const marker = { [MARKER]: markerValue };
  const { optDir } = sandbox.folders;
  const inSandbox = (executable: string, argv: readonly [string, ...string[]]) => {
    const [command, ...args] = sandbox.wrap(argv);
    return { command, args, executable, seenAs: sandbox.seenAs, directory: settings.functionDir };
  };
  if (process.kind === 'extension') {
    const executable = join(optDir ?? '', 'extensions', process.name);
    const environment = withoutInspector({ ...extensionEnvironment(variables), ...marker });
    return { ...inSandbox(executable, [executable]), environment, hasLogFrames: false };
  }
  const variablesOfRuntime = runtimeEnvironment(variables);
  const environment = {
    ...variablesOfRuntime,
    ...(settings.runtimeCommand ? nodeOptions(variablesOfRuntime.NODE_OPTIONS, settings, inspectPort) : {}),
    ...marker,
    ...(hasLogFrames(settings) ? { _LAMBDA_TELEMETRY_LOG_FD: '3' } : {}),
    ...(settings.runtimeCommand || !sandbox.isBound ? {} : { [TASK_SOURCE]: settings.functionDir }),
  };
  const runtime = settings.runtimeCommand ?? nodeRuntimeCommand(settings, sandbox, inspectPort, randomSeed);
  const [program = '', ...args] = [...entrypointOf(settings.optDir, optDir), ...runtime];
  return {
    ...inSandbox(runtime[0] ?? '', [program, ...args]),
    environment,
    hasLogFrames: hasLogFrames(settings),
  };
}

/** Managed instances offer a socket in place of the descriptor. Without both a runtime writes lines, and our own takes the descriptor. */
function hasLogFrames({ runtimeCommand, initializationType }: Settings): boolean {
  return runtimeCommand === undefined || initializationType !== 'lambda-managed-instances';
}

/** Without the line that names the port, because debuggers connect to another one. */
function inspectFlags(port: number): string[] {
  return [`--inspect=${LOOPBACK}:${port}`, '--inspect-publish-uid=http'];
}

/** A debugger is for the function: an extension in Node.js would take the port before it. */
function withoutInspector(environment: Record<string, string>): Record<string, string> {
  const { NODE_OPTIONS: options } = environment;
  if (!options?.includes('--inspect')) return environment;
  const kept = options.split(/\s+/).filter((option) => !option.startsWith('--inspect'));
  return { ...environment, NODE_OPTIONS: kept.join(' ') };
}

/** Programs that the processes use under the machine's own paths, and the folders around them. */
export function keptPaths({ functionDir, runtimeCommand }: Settings, path: string): string[] {
  const programs = [process.execPath, NODE_RUNTIME, ...(runtimeCommand ?? [])].filter(isAbsolute);
  const folders = [...programs.map((program) => dirname(program)), ...path.split(':').filter(isAbsolute)];
  return [functionDir, ...folders.map(prefixOf)];
}

/** A program in `bin` has its libraries beside that folder; all of `/opt` cannot be kept. */
function prefixOf(folder: string): string {
  return /^s?bin$/.test(basename(folder)) && dirname(folder) !== OPT ? dirname(folder) : folder;
}

/** The ENTRYPOINT of our images, for what it preloads. */
function entrypointOf(optDir: string | undefined, inside: string | undefined): string[] {
  const file = 'lambda-node-extended/entrypoint';
  return optDir !== undefined && inside !== undefined && existsSync(join(optDir, file)) ? [join(inside, file)] : [];
}

/** Starts our Node runtime as the bootstrap in AWS's image starts AWS's, with AWS_LAMBDA_EXEC_WRAPPER. */
function nodeRuntimeCommand(
  { memoryMB, environment, sourceMaps }: Settings,
  { seenAs }: Sandbox,
  inspectPort: number | undefined,
  randomSeed: number | undefined,
): [string, ...string[]] {
  const { AWS_LAMBDA_EXEC_WRAPPER: wrapper, NODE_OPTIONS: options = '' } = environment;
  // A flag would overrule the function's own NODE_OPTIONS.
  const sizes = [
    `--max-semi-space-size=${Math.max(1, Math.floor(memoryMB / 20))}`,
    `--max-old-space-size=${memoryMB - Math.floor(memoryMB / 10)}`,
  ].filter((flag) => !options.replaceAll('_', '-').includes(flag.split('=', 1)[0] ?? ''));
  const command: [string, ...string[]] = [
    process.execPath,
    ...(inspectPort === undefined ? [] : inspectFlags(inspectPort)),
    `--max-http-header-size=${payloadLimits.headerBytes}`,
    ...sizes,
    ...(randomSeed === undefined ? [] : [`--random-seed=${randomSeed}`]),
    ...(sourceMaps ? [SOURCE_MAPS] : []),
    NODE_RUNTIME,
  ];
  if (!wrapper) return command;
  if (!isFile(seenAs(wrapper))) return ['/bin/sh', '-c', 'echo "$0: does not exist"; exit 127', wrapper];
  if (!isExecutable(seenAs(wrapper))) return ['/bin/sh', '-c', 'echo "$0: is not an executable"; exit 126', wrapper];
  // By a shell, as the bootstrap: it also runs a script without a first line, and its refusals have a shell's exit status.
  return ['/bin/sh', '-c', 'exec "$@"', 'bootstrap', wrapper, ...command];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Of a runtime that is not ours we do not write the command line. A program other than Node.js does not mind. */
function nodeOptions(given = '', { sourceMaps }: Settings, inspectPort: number | undefined): { NODE_OPTIONS?: string } {
  const added = [
    ...(sourceMaps && !given.includes(SOURCE_MAPS) ? [SOURCE_MAPS] : []),
    ...(inspectPort === undefined ? [] : inspectFlags(inspectPort)),
  ];
  return added.length === 0 ? {} : { NODE_OPTIONS: [given, ...added].filter(Boolean).join(' ') };
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
  metadataToken: string,
  instanceId: string,
  { functionDir, optDir }: Folders,
): FunctionVariables {
  const day = new Date(settings.clock.wallMs()).toISOString().slice(0, 10).replaceAll('-', '/');
  return {
    functionName: settings.functionName,
    functionVersion,
    memoryMB: settings.memoryMB,
    initializationType: settings.initializationType,
    handler: settings.handler,
    taskRoot: functionDir,
    optDir,
    nodeMajor: process.versions.node.split('.', 1)[0] ?? '',
    hasNodePath: !settings.runtimeCommand?.[0]?.startsWith('/var/runtime/'),
    region: settings.region,
    logFormat: settings.logFormat,
    logStream: `${day}/[${functionVersion}]${instanceId.replaceAll('-', '')}`,
    runtimeApi,
    metadataToken,
    concurrency: settings.concurrency,
    path: PATH,
    custom: settings.environment,
  };
}

/** Programs are found where the user finds them; nothing else is inherited. */
// biome-ignore lint/style/noProcessEnv: see above
export const PATH = process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin';
