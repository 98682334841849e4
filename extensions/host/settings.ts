import { redactionPort } from '../../aws-call/hand-over.ts';
import { logLevels } from '../../foundation/log.ts';
import { list, oneOf, port, truth, wholeNumber } from '../../foundation/settings.ts';

/** What concerns every extension. */
export const hostSettings = {
  enabled: list(
    'EXTENSIONS_ENABLED',
    ['auto'],
    'Which extensions run: `auto`, `none`, or a comma-separated list of their names.',
  ),
  start: oneOf(
    'EXTENSIONS_START',
    ['auto', 'on-demand', 'after-next'],
    'auto',
    'When the supervisor starts the Node.js process of the extensions: at the first connection (`on-demand`), during the function’s own start (`after-next`), or as the extensions ask for it (`auto`).',
  ),
  logLevel: oneOf('EXTENSIONS_LOG_LEVEL', logLevels, 'info', 'The least important level that is logged.'),
  httpPort: port('EXTENSIONS_HTTP_PORT', 2774, 'Local port of `GET /metrics` and `GET /health`.'),
  isMetricsLogEnabled: truth(
    'EXTENSIONS_METRICS_LOG',
    false,
    'Logs the counters at shutdown in CloudWatch’s embedded metric format. CloudWatch bills them as custom metrics.',
  ),
  telemetryPort: port(
    'EXTENSIONS_TELEMETRY_PORT',
    2775,
    'Port to which Lambda delivers telemetry, if an extension wants it. If it is in use, a free one.',
  ),
  telemetryStoreBytes: wholeNumber(
    'EXTENSIONS_TELEMETRY_STORE_BYTES',
    8_388_608,
    'How much telemetry the supervisor keeps until it is delivered, in bytes of the function’s memory. A full store loses the protection against a crash first, then the oldest records.',
    { from: 1_048_576, to: 268_435_456 },
  ),
  redactionPort,
};
