import { logLevels } from '../../foundation/log.ts';
import { list, oneOf, port, truth } from '../../foundation/settings.ts';

/** What concerns every extension. */
export const hostSettings = {
  enabled: list(
    'EXTENSIONS_ENABLED',
    ['auto'],
    'Which extensions run: `auto`, `none`, or a list of their names parted by commas.',
  ),
  start: oneOf(
    'EXTENSIONS_START',
    ['auto', 'on-demand', 'after-next'],
    'auto',
    'When the supervisor starts the Node.js process of the extensions: at the first connection, beside the function’s own start, or as the extensions ask for it.',
  ),
  logLevel: oneOf('EXTENSIONS_LOG_LEVEL', logLevels, 'info', 'The least important lines that are logged.'),
  httpPort: port('EXTENSIONS_HTTP_PORT', 2774, 'Where `GET /metrics` and `GET /health` are answered.'),
  isMetricsLogEnabled: truth(
    'EXTENSIONS_METRICS_LOG',
    false,
    'Whether the counts are logged at SHUTDOWN in the form of which CloudWatch makes metrics, which it bills.',
  ),
  telemetryPort: port('EXTENSIONS_TELEMETRY_PORT', 2775, 'Where Lambda delivers telemetry, if an extension wants it.'),
};

/** It also says what is wrong with them. */
export const readBySupervisor = [
  hostSettings.enabled,
  hostSettings.start,
  hostSettings.logLevel,
  hostSettings.telemetryPort,
];
