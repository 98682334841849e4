import type { AwsServices } from '../../sdk/index.ts';
import { type ParameterValue, parameterBody, parametersBody } from '../aws-body.ts';
import { parameter, type WantedParameter, type WantedPath } from '../wanted.ts';
import { type CallAws, pagesOf } from './call-aws.ts';
import { type Fetched, lazily } from './source.ts';

/** AWS Systems Manager Parameter Store, by the official client, which is loaded at the first call. */
export function parameterStore(aws: AwsServices, maxConnections: number, callAws: CallAws) {
  const connected = lazily(async () => {
    const sdk = await import('../../sdk/aws-sdk.ts');
    const options = await aws.clientOptions({ maxConnections });
    return { ...sdk, options, client: new sdk.SSMClient(options) };
  });

  async function valuesBelow({ path, recursive, withDecryption }: WantedPath, signal: AbortSignal) {
    const { client, options, GetParametersByPathCommand } = await connected();
    const query = { Path: path, Recursive: recursive, WithDecryption: withDecryption };
    const pages = pagesOf((next) => {
      const command = new GetParametersByPathCommand({ ...query, ...next });
      return callAws(options, signal, command, () => client.send(command, { abortSignal: signal }));
    });
    const values: ParameterValue[] = [];
    for await (const { Parameters = [] } of pages) values.push(...Parameters);
    return values;
  }

  return {
    connect: connected,

    async fetch({ name, selector, withDecryption }: WantedParameter, signal: AbortSignal): Promise<string> {
      const { client, options, GetParameterCommand } = await connected();
      const command = new GetParameterCommand({ Name: selected(name, selector), WithDecryption: withDecryption });
      const { Parameter } = await callAws(options, signal, command, () =>
        client.send(command, { abortSignal: signal }),
      );
      return parameterBody(Parameter ?? {});
    },

    /** At most ten, all with or all without decryption; those that do not exist are missing in the result. */
    async fetchUpToTen(wanted: readonly WantedParameter[], signal: AbortSignal): Promise<(string | undefined)[]> {
      const { client, options, GetParametersCommand } = await connected();
      const command = new GetParametersCommand({
        Names: wanted.map(({ name, selector }) => selected(name, selector)),
        WithDecryption: wanted[0]?.withDecryption ?? false,
      });
      const { Parameters = [] } = await callAws(options, signal, command, () =>
        client.send(command, { abortSignal: signal }),
      );
      return wanted.map(({ name, selector }) => {
        const found = Parameters.find(
          (value) =>
            (value.Name === name || value.ARN === name) && (value.Selector ?? '') === (selector ? `:${selector}` : ''),
        );
        return found && parameterBody(found);
      });
    },

    async fetchPath(wanted: WantedPath, signal: AbortSignal): Promise<string> {
      return parametersBody(await valuesBelow(wanted, signal));
    },

    /** Each parameter below the path by itself. */
    async fetchEachBelow(wanted: WantedPath, signal: AbortSignal): Promise<Fetched> {
      const values = await valuesBelow(wanted, signal);
      const found = values.map((value) => ({
        wanted: parameter(value.Name ?? '', { withDecryption: wanted.withDecryption }),
        value: parameterBody(value),
      }));
      return { found, failures: [] };
    },
  };
}

function selected(name: string, selector: string | undefined): string {
  return selector === undefined ? name : `${name}:${selector}`;
}
