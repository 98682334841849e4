/** Variables that Lambda sets. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
export const lambdaVariables = {
  runtimeApi: 'AWS_LAMBDA_RUNTIME_API',
  initializationType: 'AWS_LAMBDA_INITIALIZATION_TYPE',
  logFormat: 'AWS_LAMBDA_LOG_FORMAT',
  functionName: 'AWS_LAMBDA_FUNCTION_NAME',
  functionVersion: 'AWS_LAMBDA_FUNCTION_VERSION',
  memoryMb: 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  logStream: 'AWS_LAMBDA_LOG_STREAM_NAME',
  sessionToken: 'AWS_SESSION_TOKEN',
} as const;

export type InitializationType = 'on-demand' | 'provisioned-concurrency' | 'snap-start' | 'lambda-managed-instances';

/** On managed instances extensions may not ask for INVOKE, and invocations run side by side. */
export function isManagedInstances(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment[lambdaVariables.initializationType] === 'lambda-managed-instances';
}
