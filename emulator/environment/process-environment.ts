/** Variables of the runtime that external extensions do not get. */
const RUNTIME_ONLY = new Set([
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_XRAY_CONTEXT_MISSING',
  'AWS_XRAY_DAEMON_ADDRESS',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);

export interface FunctionVariables {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly memoryMB: number;
  readonly initializationType: string;
  readonly handler: string;
  readonly taskRoot: string;
  readonly optDir: string | undefined;
  /** The major version of the Node.js that runs the function. */
  readonly nodeMajor: string;
  /** Whether the runtime finds the layers' packages by NODE_PATH. A bootstrap sets that itself. */
  readonly hasNodePath: boolean;
  readonly region: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly logStream: string;
  readonly runtimeApi: string;
  /** What the metadata endpoint wants to see; the endpoint has the address of the Runtime API. */
  readonly metadataToken: string;
  readonly concurrency: number;
  readonly path: string;
  /** The function's own; they override the others. */
  readonly custom: Readonly<Record<string, string>>;
}

/** The variables of the runtime. */
export function runtimeEnvironment(variables: FunctionVariables): Record<string, string> {
  return {
    ...reserved(variables),
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${variables.nodeMajor}.x`,
    ...logNames(variables),
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: '169.254.79.129:2000',
    _AWS_XRAY_DAEMON_ADDRESS: '169.254.79.129',
    _AWS_XRAY_DAEMON_PORT: '2000',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LAMBDA_TASK_ROOT: variables.taskRoot,
    ...(variables.hasNodePath ? { NODE_PATH: nodePath(variables) } : {}),
    ...variables.custom,
    ...fixed(variables),
    _HANDLER: variables.handler,
  };
}

/** A snapshot cannot know the stream of the environments that it becomes. */
function logNames({ functionName, logStream, initializationType }: FunctionVariables): Record<string, string> {
  if (initializationType === 'snap-start') return {};
  return { AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`, AWS_LAMBDA_LOG_STREAM_NAME: logStream };
}

/** The variables of an external extension: without the runtime's own, and without any that starts with "_". */
export function extensionEnvironment(variables: FunctionVariables): Record<string, string> {
  const entries = Object.entries({ ...reserved(variables), ...variables.custom, ...fixed(variables) });
  return Object.fromEntries(entries.filter(([name]) => !name.startsWith('_') && !RUNTIME_ONLY.has(name)));
}

/** As AWS's bootstrap sets it. */
function nodePath({ optDir, taskRoot, nodeMajor }: FunctionVariables): string {
  const layers = optDir ? [`${optDir}/nodejs/node${nodeMajor}/node_modules`, `${optDir}/nodejs/node_modules`] : [];
  return [...layers, '/var/runtime/node_modules', '/var/runtime', taskRoot].join(':');
}

function reserved({ region, path, logFormat, taskRoot, optDir }: FunctionVariables): Record<string, string> {
  return {
    AWS_DEFAULT_REGION: region,
    AWS_REGION: region,
    AWS_LAMBDA_LOG_FORMAT: logFormat,
    LANG: 'en_US.UTF-8',
    PATH: optDir ? `${path}:${optDir}/bin` : path,
    LD_LIBRARY_PATH: [taskRoot, `${taskRoot}/lib`, ...(optDir ? [`${optDir}/lib`] : [])].join(':'),
    TZ: ':UTC',
  };
}

/** The function's own variables do not override these. */
function fixed(variables: FunctionVariables): Record<string, string> {
  return {
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(variables.memoryMB),
    AWS_LAMBDA_FUNCTION_NAME: variables.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: variables.functionVersion,
    AWS_LAMBDA_INITIALIZATION_TYPE: variables.initializationType,
    AWS_LAMBDA_RUNTIME_API: variables.runtimeApi,
    AWS_LAMBDA_METADATA_API: variables.runtimeApi,
    AWS_LAMBDA_METADATA_TOKEN: variables.metadataToken,
    LAMBDA_EMULATOR: '1',
    ...(variables.initializationType === 'lambda-managed-instances'
      ? { AWS_LAMBDA_MAX_CONCURRENCY: String(variables.concurrency) }
      : {}),
  };
}
