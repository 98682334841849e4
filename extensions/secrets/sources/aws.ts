import { isThrottled } from '../../../aws-call/explain-aws-error.ts';
import { parameterBatches } from '../../../aws-call/parameter-batches.ts';
import type { Wanted } from '../../../aws-call/wanted.ts';
import { environmentRandom } from '../../../foundation/random.ts';
import { type AwsServices, type Clock, explainAwsError, type Log, type SettingValues } from '../../sdk/index.ts';
import type { SecretsMetrics } from '../metrics.ts';
import type { settings } from '../settings.ts';
import { countCalls } from './count-calls.ts';
import { parameterStore } from './parameter-store.ts';
import { secretBatches } from './secret-batches.ts';
import { secretsManager } from './secrets-manager.ts';
import { joinFetched, type Source } from './source.ts';

/** Secrets Manager and Parameter Store behind one door. */
export function awsSource(options: AwsSourceOptions): Source {
  const { aws, clock, log, maxConnections, longestMs, metrics, batchMode, isManagedInstances } = options;
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

  const fetchSecrets = secretBatches({
    mode: batchMode,
    isManagedInstances,
    fetchBatch: secrets.fetchBatch,
    isThrottled: (error) => isThrottled(explainAwsError(error)),
    onThrottled: () => log.warn('AWS throttled BatchGetSecretValue. Reading secrets one by one for five minutes.'),
    clock,
    random: environmentRandom,
  });

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
      const paths = wanted.flatMap((one) => (one.kind === 'path' ? [parameters.fetchEachBelow(one, signal)] : []));
      const wantedSecrets = wanted.filter((one) => one.kind === 'secret');
      return joinFetched(await Promise.all([fetchSecrets(wantedSecrets, signal), ...paths]));
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
  batchMode: SettingValues<typeof settings>['batchMode'];
  isManagedInstances: boolean;
}

/** A call takes some ten milliseconds; requests of one `Promise.all` arrive within a fraction of one. */
const WINDOW_MS = 2;
