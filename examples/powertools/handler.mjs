/**
 * Powertools for AWS Lambda as it is. Its log lines and its metrics (EMF) are lines of the function's log, which the extension
 * reads: the lines keep their level and fields, the metrics become metrics. Its parameters come from the extension's memory.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';

const { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port = '2773' } = process.env;
const logger = new Logger();
const metrics = new Metrics();
const secrets = new SecretsProvider({ clientConfig: { endpoint: `http://localhost:${port}` } });

export async function handler({ order }, context) {
  logger.addContext(context);
  const { username } = await secrets.get('prod/db', { transform: 'json' });
  logger.info('order taken', { order });
  metrics.addMetric('orders', MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
  return { username };
}
