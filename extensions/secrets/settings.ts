import { localFileSettings } from '../../aws-call/local-file.ts';
import { valueSettings } from '../../aws-call/value-settings.ts';
import { logLevels } from '../../foundation/log.ts';
import { list, oneOf, port, truth } from '../sdk/index.ts';
import { batchModes } from './sources/secret-batches.ts';

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
  batchMode: oneOf(
    'SECRETS_PREFETCH_BATCH',
    batchModes,
    'auto',
    'Whether several secrets that are wanted together are read by `BatchGetSecretValue`, of which a Region has 100 calls a second for all functions. `auto`: on managed instances only.',
  ),
  isAllowedInSnapshot: truth(
    'SECRETS_IN_SNAPSHOT',
    false,
    'With SnapStart, lets `with-secrets` put values into the snapshot, where nothing renews them, and silences the warning about reads before it.',
  ),
  ...localFileSettings,
};
