import { parameterBatches } from '../../../aws-call/parameter-batches.ts';
import type { Wanted, WantedParameter, WantedSecret } from '../../../aws-call/wanted.ts';
import { type AwsServices, type Clock, explainAwsError, type Log } from '../../sdk/index.ts';
import type { SecretsMetrics } from '../metrics.ts';
import { countCalls } from './count-calls.ts';
import { parameterStore } from './parameter-store.ts';
import { secretsManager } from './secrets-manager.ts';
import { type Fetched, joinFetched, NOTHING_FETCHED, type Source } from './source.ts';

/** Secrets Manager and Parameter Store behind one door. */
export function awsSource({ aws, clock, log, maxConnections, longestMs, metrics }: AwsSourceOptions): Source {
  const counterOf = (kind: Wanted['kind']) => countCalls(clock, (ms, isError) => metrics.upstream(kind, ms, isError));
  const call = aws.caller({ maxConnections, longestMs });
  const secrets = secretsManager(aws, call, maxConnections, counterOf('secret'));
  const parameters = parameterStore(aws, call, maxConnections, counterOf('parameter'));
  const fetchParameter = parameterBatches({
    fetchOne: parameters.fetch,
    fetchUpToTen: parameters.fetchUpToTen,
    windowMs: WINDOW_MS,
    clock,
    isTransient: (error) => explainAwsError(error).isTransient,
    isRefusal: (error) => explainAwsError(error).code === 'AccessDeniedException',
    onRefused: (names) =>
      log.info(
        `The role may not call ssm:GetParameters for ${names.join(', ')}. Reading one by one for five minutes. Allow it to save calls.`,
      ),
  });

  const fetchSecrets = async (wanted: readonly WantedSecret[], signal: AbortSignal) =>
    wanted.length === 0 ? NOTHING_FETCHED : failTogether(wanted, () => secrets.fetchMany(wanted, signal));
  const fetchParameterFor = async (wanted: WantedParameter, signal: AbortSignal) =>
    failTogether([wanted], async () => ({
      found: [{ wanted, value: await fetchParameter(wanted, signal) }],
      failures: [],
    }));

  return {
    fetch(wanted, signal) {
      switch (wanted.kind) {
        case 'secret':
          return secrets.fetch(wanted, signal);
        case 'parameter':
          return fetchParameter(wanted, signal);
        case 'path':
          return parameters.fetchPath(wanted, signal);
        default:
          return wanted satisfies never;
      }
    },
    async fetchMany(wanted, signal) {
      const parts = wanted.flatMap((one) =>
        one.kind === 'path'
          ? [parameters.fetchEachBelow(one, signal)]
          : one.kind === 'parameter'
            ? [fetchParameterFor(one, signal)]
            : [],
      );
      const wantedSecrets = wanted.filter((one) => one.kind === 'secret');
      return joinFetched(await Promise.all([fetchSecrets(wantedSecrets, signal), ...parts]));
    },
  };
}

interface AwsSourceOptions {
  aws: AwsServices;
  clock: Clock;
  log: Log;
  maxConnections: number;
  /** How long any call may take. */
  longestMs: number;
  metrics: SecretsMetrics;
}

async function failTogether(
  wanted: Fetched['failures'][number]['wanted'][] | readonly WantedSecret[],
  fetch: () => Promise<Fetched>,
): Promise<Fetched> {
  try {
    return await fetch();
  } catch (error) {
    return { found: [], failures: wanted.map((one) => ({ wanted: one, error })) };
  }
}

/** A call takes some ten milliseconds; requests of one `Promise.all` arrive within a fraction of one. */
const WINDOW_MS = 2;
