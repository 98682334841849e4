import {
  getParameterInput,
  getParametersByPathInput,
  getParametersInput,
  isAnswerTo,
} from '../../../aws-call/inputs.ts';
import { pagesOf } from '../../../aws-call/pages-of.ts';
import { kept, promisedList, promisedParameter } from '../../../aws-call/promises.ts';
import { UnreadableAnswerError } from '../../../aws-call/unreadable-answer.ts';
import { parameter, type WantedParameter, type WantedPath } from '../../../aws-call/wanted.ts';
import type { AwsServices } from '../../sdk/index.ts';
import { type ParameterValue, parameterBody, parametersBody } from '../aws-body.ts';
import type { CallAws } from './count-calls.ts';
import { type Fetched, lazily } from './source.ts';

/** AWS Systems Manager Parameter Store, by the official client, which is loaded at the first call. */
export function parameterStore(aws: AwsServices, maxConnections: number, callAws: CallAws) {
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
      return callAws(options, signal, command, () => client.send(command, { abortSignal: signal }));
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
    connect: connected,

    async fetch(wanted: WantedParameter, signal: AbortSignal): Promise<string> {
      const { client, options, GetParameterCommand } = await connected();
      const command = new GetParameterCommand(getParameterInput(wanted));
      const { Parameter } = await callAws(options, signal, command, () =>
        client.send(command, { abortSignal: signal }),
      );
      return parameterBody(promisedParameter(Parameter));
    },

    /** At most ten, all with or all without decryption; those that do not exist are missing in the result. */
    async fetchUpToTen(wanted: readonly WantedParameter[], signal: AbortSignal): Promise<(string | undefined)[]> {
      const { client, options, GetParametersCommand } = await connected();
      const command = new GetParametersCommand(getParametersInput(wanted));
      const { Parameters } = await callAws(options, signal, command, () =>
        client.send(command, { abortSignal: signal }),
      );
      const readable = kept(promisedList('Parameters', Parameters), promisedParameter);
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
