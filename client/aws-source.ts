import type { CallJson } from '../aws-call/call-json.ts';
import { isAwsError } from '../aws-call/errors.ts';
import { explainAwsError } from '../aws-call/explain-aws-error.ts';
import {
  getParameterInput,
  getParametersByPathInput,
  getParametersInput,
  getSecretValueInput,
  isAnswerTo,
} from '../aws-call/inputs.ts';
import { pagesOf } from '../aws-call/pages-of.ts';
import { parameterBatches } from '../aws-call/parameter-batches.ts';
import { kept, promisedList, promisedParameter, promisedSecretValue } from '../aws-call/promises.ts';
import type { Wanted, WantedParameter, WantedPath, WantedSecret } from '../aws-call/wanted.ts';
import type { Clock } from '../foundation/clock.ts';

/** What is wanted, as JSON: the fields of AWS's answer that the client uses. */
export type FetchWanted = (wanted: Wanted, signal: AbortSignal) => Promise<string>;

export function awsSource(call: CallJson, clock: Clock): FetchWanted {
  const fetchParameter = parameterBatches({
    connect: async () => undefined,
    fetchOne: getParameter,
    fetchUpToTen: getParameters,
    windowMs: WINDOW_MS,
    clock,
    isTransient: (error) => explainAwsError(error).isTransient,
    isRefusal: (error) => isAwsError(error) && error.code === 'AccessDeniedException',
    // The extension logs it. Here it would be a line of the function's.
    onRefused: () => undefined,
  });

  async function getSecretValue(wanted: WantedSecret, signal: AbortSignal): Promise<string> {
    const input = getSecretValueInput(wanted);
    const answer = await call({ service: 'secretsmanager', target: 'secretsmanager.GetSecretValue', input }, signal);
    return JSON.stringify(promisedSecretValue(answer));
  }

  async function getParameter(wanted: WantedParameter, signal: AbortSignal): Promise<string> {
    const input = getParameterInput(wanted);
    const answer = await call({ service: 'ssm', target: 'AmazonSSM.GetParameter', input }, signal);
    return parameterJson(promisedParameter((answer as { Parameter?: Parameter }).Parameter));
  }

  async function getParameters(wanted: readonly WantedParameter[], signal: AbortSignal) {
    const input = getParametersInput(wanted);
    const answer = await call({ service: 'ssm', target: 'AmazonSSM.GetParameters', input }, signal);
    const found = kept(promisedList('Parameters', (answer as Parameters).Parameters), promisedParameter);
    return wanted.map((one) => {
      const parameter = found.find((value) => isAnswerTo(one, value));
      return parameter && parameterJson(parameter);
    });
  }

  async function getParametersByPath(wanted: WantedPath, signal: AbortSignal): Promise<string> {
    const pages = pagesOf(async (next) => {
      const input = { ...getParametersByPathInput(wanted), ...next };
      const answer = await call({ service: 'ssm', target: 'AmazonSSM.GetParametersByPath', input }, signal);
      return answer as Parameters;
    });
    const found: Parameter[] = [];
    for await (const { Parameters } of pages) {
      found.push(...promisedList('Parameters', Parameters).map((one) => typeAndValue(promisedParameter(one))));
    }
    return JSON.stringify({ Parameters: found });
  }

  return (wanted, signal) => {
    switch (wanted.kind) {
      case 'secret':
        return getSecretValue(wanted, signal);
      case 'parameter':
        return fetchParameter(wanted, signal);
      case 'path':
        return getParametersByPath(wanted, signal);
      default:
        return wanted satisfies never;
    }
  };
}

function parameterJson(parameter: Parameter): string {
  return JSON.stringify({ Parameter: typeAndValue(parameter) });
}

/** The type tells whether the value is a secret. */
function typeAndValue({ Name, Type, Value }: Parameter): Parameter {
  return { Name, Type, Value };
}

interface Parameter {
  readonly Name?: string | undefined;
  readonly Type?: string | undefined;
  readonly Value?: string | undefined;
  readonly ARN?: string | undefined;
  readonly Selector?: string | undefined;
}

interface Parameters {
  readonly Parameters?: readonly Parameter[];
  readonly NextToken?: string | undefined;
}

/** The reads of one `Promise.all` begin in one turn of the event loop. */
const WINDOW_MS = 0;
