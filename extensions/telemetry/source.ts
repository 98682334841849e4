import { type SettingValues, text, wholeNumber } from '../../foundation/settings.ts';
import type { Attributes, Source } from './record.ts';

/** What Lambda says of the function, and what OpenTelemetry lets the user add. */
export const sourceSettings = {
  functionName: text('AWS_LAMBDA_FUNCTION_NAME', 'unknown', 'Set by Lambda.'),
  functionVersion: text('AWS_LAMBDA_FUNCTION_VERSION', '$LATEST', 'Set by Lambda.'),
  memoryMB: wholeNumber('AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 0, 'Set by Lambda.', { from: 0, to: 1_048_576 }),
  region: text('AWS_REGION', '', 'Set by Lambda.'),
  serviceName: text(
    'OTEL_SERVICE_NAME',
    undefined,
    'The name of the service in all that is sent. Without it that in `OTEL_RESOURCE_ATTRIBUTES` counts, then the function’s.',
  ),
  resourceAttributes: text(
    'OTEL_RESOURCE_ATTRIBUTES',
    '',
    'Attributes for all that is sent, `name=value` parted by commas, percent-encoded where needed.',
  ),
};

/** @param instanceId of this execution environment. */
export function lambdaSource(settings: SettingValues<typeof sourceSettings>, instanceId: string): Source {
  const { functionName, functionVersion, memoryMB, region, serviceName, resourceAttributes } = settings;
  return {
    resource: {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_lambda',
      ...(region !== '' && { 'cloud.region': region }),
      'faas.name': functionName,
      'faas.version': functionVersion,
      'faas.instance': instanceId,
      ...(memoryMB > 0 && { 'faas.max_memory': memoryMB * 1024 * 1024 }),
      'service.name': functionName,
      ...parseResourceAttributes(resourceAttributes),
      ...(serviceName !== undefined && { 'service.name': serviceName }),
    },
    scope: { name: 'lambda-node-extended' },
  };
}

/** As OpenTelemetry has it: one that cannot be read makes all of them void. */
function parseResourceAttributes(text: string): Attributes {
  const attributes: Record<string, string> = {};
  try {
    for (const pair of text.split(',')) {
      if (pair.trim() === '') continue;
      const at = pair.indexOf('=');
      if (at <= 0) return {};
      attributes[decodeURIComponent(pair.slice(0, at).trim())] = decodeURIComponent(pair.slice(at + 1).trim());
    }
    return attributes;
  } catch {
    return {};
  }
}
