import {
  getParameterInput,
  getParametersByPathInput,
  getParametersInput,
  isAnswerTo,
} from '../../../aws-call/inputs.ts';
import { pagesOf } from '../../../aws-call/pages-of.ts';
import { promisedList, promisedParameter, readableOf } from '../../../aws-call/promises.ts';
import { UnreadableAnswerError } from '../../../aws-call/unreadable-answer.ts';
import { parameter, type WantedParameter, type WantedPath } from '../../../aws-call/wanted.ts';
import { type AwsServices, type CallJson, callAws } from '../../sdk/index.ts';
import { type ParameterValue, parameterBody, parametersBody } from '../aws-body.ts';
import { parameterOf } from './aws-json.ts';
import type { CountCall } from './count-calls.ts';
import { type Fetched, lazily } from './source.ts';

/** AWS Systems Manager Parameter Store: parameters by name by signed calls; paths by the official client, loaded when needed. */
export function parameterStore(aws: AwsServices, call: CallJson, maxConnections: number, count: CountCall) {
  const connected = lazily(async () => {
    const sdk = await import('../../sdk/aws-sdk.ts');
    const options = await aws.clientOptions({ maxConnections });
    return { ...sdk, options, client: new sdk.SSMClient(options) };
  });

  async function* pagesBelow(wanted: WantedPath, signal: AbortSignal) {
    const { client, options, GetParametersByPathCommand } = await connected();
    const query = getParametersByPathInput(wanted);
    const pages = pagesOf((next) => {
      const command = new GetParametersByPathCommand({ ...query, ...next });
      return count(() => callAws(options, signal, command, () => client.send(command, { abortSignal: signal })));
    });
    let length = 0;
    for await (const { Parameters } of pages) {
      const values = promisedList('Parameters', Parameters).map(promisedParameter);
      for (const { Value = '' } of values) length += Value.length;
      if (length > LONGEST_PATH) throw new UnreadableAnswerError(`all pages have more than ${LONGEST_PATH} characters`);
      yield values;
    }
  }

  return {
    async fetch(wanted: WantedParameter, signal: AbortSignal): Promise<string> {
      const request = { service: 'ssm', target: 'AmazonSSM.GetParameter', input: getParameterInput(wanted) } as const;
      const { Parameter } = (await count(() => call(request, signal))) as { Parameter?: unknown };
      return parameterBody(parameterOf(Parameter));
    },

    /** At most ten, all with or all without decryption; those that do not exist are missing in the result. */
    async fetchUpToTen(wanted: readonly WantedParameter[], signal: AbortSignal): Promise<(string | undefined)[]> {
      const request = { service: 'ssm', target: 'AmazonSSM.GetParameters', input: getParametersInput(wanted) } as const;
      const { Parameters } = (await count(() => call(request, signal))) as { Parameters?: readonly unknown[] };
      const readable = readableOf(promisedList('Parameters', Parameters), parameterOf);
      return wanted.map((one) => {
        const found = readable.find((value) => isAnswerTo(one, value));
        return found && parameterBody(found);
      });
    },

    async fetchPath(wanted: WantedPath, signal: AbortSignal): Promise<string> {
      const values: ParameterValue[] = [];
      for await (const page of pagesBelow(wanted, signal)) values.push(...page);
      return parametersBody(values);
    },

    /** Each parameter below the path by itself, as far as AWS gives them. */
    async fetchEachBelow(wanted: WantedPath, signal: AbortSignal): Promise<Fetched> {
      const { withDecryption } = wanted;
      const found: Fetched['found'][number][] = [];
      try {
        for await (const page of pagesBelow(wanted, signal)) {
          for (const value of page) {
            found.push({ wanted: parameter(value.Name ?? '', { withDecryption }), value: parameterBody(value) });
          }
        }
      } catch (error) {
        return { found, failures: [{ wanted, error }] };
      }
      return { found, failures: [] };
    },
  };
}

/** In values, of which one has 8 KB at the most. */
const LONGEST_PATH = 16 * 1024 * 1024;
