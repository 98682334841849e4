import { localValues } from '../../../aws-call/local-file.ts';
import type { Wanted } from '../../../aws-call/wanted.ts';
import { parameterBody, parametersBody, secretBody } from '../aws-body.ts';
import type { SecretsMetrics } from '../metrics.ts';
import type { Fetched, Source } from './source.ts';

/** A file in place of AWS, for work on a laptop. */
export function localFileSource(file: string, metrics: SecretsMetrics): Source {
  const values = localValues(file);

  async function fetch(wanted: Wanted): Promise<string> {
    // Nothing is saved where there is nobody to call.
    metrics.upstream(wanted.kind, 0, false);
    switch (wanted.kind) {
      case 'secret':
        return secretBody(await values.secret(wanted.secretId));
      case 'parameter':
        return parameterBody(await values.parameter(wanted.name, wanted));
      case 'path':
        return parametersBody(await values.parametersBelow(wanted.path, wanted.recursive));
      default:
        return wanted satisfies never;
    }
  }

  return {
    fetch,
    async fetchMany(wanted): Promise<Fetched> {
      const parts = await Promise.allSettled(wanted.map((one) => fetch(one)));
      return {
        found: parts.flatMap((part, index) => {
          const one = wanted[index];
          return part.status === 'fulfilled' && one ? [{ wanted: one, value: part.value }] : [];
        }),
        failures: parts.flatMap((part, index) => {
          const one = wanted[index];
          return part.status === 'rejected' && one ? [{ wanted: one, error: part.reason }] : [];
        }),
      };
    },
  };
}
