/** Variables that Lambda sets. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
export const lambdaVariables = {
  runtimeApi: 'AWS_LAMBDA_RUNTIME_API',
  initializationType: 'AWS_LAMBDA_INITIALIZATION_TYPE',
  logFormat: 'AWS_LAMBDA_LOG_FORMAT',
  functionName: 'AWS_LAMBDA_FUNCTION_NAME',
  functionVersion: 'AWS_LAMBDA_FUNCTION_VERSION',
  memoryMb: 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  logGroup: 'AWS_LAMBDA_LOG_GROUP_NAME',
  logStream: 'AWS_LAMBDA_LOG_STREAM_NAME',
  sessionToken: 'AWS_SESSION_TOKEN',
  /** `host:port` of the metadata endpoint, and what proves to it that the caller belongs to the environment. */
  metadataApi: 'AWS_LAMBDA_METADATA_API',
  metadataToken: 'AWS_LAMBDA_METADATA_TOKEN',
} as const;

export type InitializationType = 'on-demand' | 'provisioned-concurrency' | 'snap-start' | 'lambda-managed-instances';

/** On managed instances extensions may not ask for INVOKE, and invocations run side by side. */
export function isManagedInstances(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment[lambdaVariables.initializationType] === 'lambda-managed-instances';
}

/** The environment is restored from a snapshot of one that was initialised before, which many others are restored from, too. */
export function isSnapStart(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment[lambdaVariables.initializationType] === 'snap-start';
}

/** Set by the emulator, on which some things may be had more cheaply than from AWS. */
export function isEmulator({ LAMBDA_EMULATOR: mark }: Readonly<Record<string, string | undefined>>): boolean {
  return mark === '1';
}

/**
 * Where the environment gives its credentials over HTTP rather than in variables, as with SnapStart. An empty variable is none.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export function containerCredentials(
  environment: Readonly<Record<string, string | undefined>>,
): ContainerCredentials | undefined {
  const {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: full,
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
  } = environment;
  const url = full || (relative ? `${RELATIVE_TO}${relative}` : '');
  return url === '' ? undefined : { url, token: token || undefined };
}

export interface ContainerCredentials {
  readonly url: string;
  /** For the header `authorization` of the request. */
  readonly token: string | undefined;
}

const RELATIVE_TO = 'http://169.254.170.2';
