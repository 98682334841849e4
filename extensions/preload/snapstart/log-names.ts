import type { Environment } from '../../../foundation/settings.ts';
import { uniqueBytes } from '../../../foundation/unique-bytes.ts';
import { lambdaVariables } from '../../../lambda-api/environment.ts';

/**
 * With SnapStart Lambda sets no names of the log group and stream, and AWS's runtime client 4 fails every invocation without
 * them (`Runtime.PlatformError`). These stand in. A name that is set stays.
 */
export function placeholderLogNames(environment: Environment): Record<string, string> {
  const { logGroup, logStream, functionName } = lambdaVariables;
  return {
    // Lambda's default. A function with a group of its own is not told which one.
    ...(environment[logGroup] ? {} : { [logGroup]: `/aws/lambda/${environment[functionName] ?? 'function'}` }),
    ...(environment[logStream] ? {} : { [logStream]: `${PREFIX}${versionOf(environment)}` }),
  };
}

/**
 * Not the name of any stream: the environment cannot know it. It is another one in each environment, since functions use
 * `context.logStreamName` as the environment's id.
 */
export function uniqueLogStream(environment: Environment): string {
  return `${PREFIX}${versionOf(environment)}${uniqueBytes(16).toString('hex')}`;
}

function versionOf(environment: Environment): string {
  return `[${environment[lambdaVariables.functionVersion] ?? '$LATEST'}]`;
}

const PREFIX = 'snap-start/';
