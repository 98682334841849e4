import type { Environment } from '../../../foundation/settings.ts';
import { lambdaVariables } from '../../../lambda-api/environment.ts';
import type { LambdaFunction } from '../../sdk/index.ts';

/** What the environment says about the function. */
export function lambdaFunction(environment: Environment): LambdaFunction {
  return {
    name: environment[lambdaVariables.functionName] ?? '',
    version: environment[lambdaVariables.functionVersion] ?? '',
    memoryMb: Number(environment[lambdaVariables.memoryMb]) || 0,
    logStream: environment[lambdaVariables.logStream] ?? '',
  };
}
