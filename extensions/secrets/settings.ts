import { localFileSettings } from '../../aws-call/local-file.ts';
import { valueSettings } from '../../aws-call/value-settings.ts';
import { logLevels } from '../../foundation/log.ts';
import { list, oneOf, port } from '../sdk/index.ts';

/** The variables of AWS's Parameters and Secrets extension, and those that it lacks. */
export const settings = {
  httpPort: port('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', 2773, 'The port on localhost.'),
  ...valueSettings,
  logLevel: oneOf(
    'PARAMETERS_SECRETS_EXTENSION_LOG_LEVEL',
    logLevels,
    'info',
    'The least severe level that is logged.',
  ),
  prefetch: list(
    'SECRETS_PREFETCH',
    [],
    'What to fetch before the function starts, comma-separated: names and ARNs of secrets, `/name` or ARN of parameters, `/path/*` for all parameters below a path.',
  ),
  ...localFileSettings,
};
