import { type Setting, type SettingValues, text } from '../../sdk/index.ts';
import type { Attributes, Source } from './item.ts';

/** OpenTelemetry's variables that describe the function. */
export const sourceSettings = {
  serviceName: text(
    'OTEL_SERVICE_NAME',
    undefined,
    'Name of the service, in all telemetry. Default: `service.name` of `OTEL_RESOURCE_ATTRIBUTES`, else the name of the function.',
  ),
  resourceAttributes: attributesSetting(
    'OTEL_RESOURCE_ATTRIBUTES',
    'Attributes of the service, in all telemetry: `name=value`, comma-separated.',
  ),
};

/** OpenTelemetry specifies that one invalid pair makes the whole value void. */
function attributesSetting(variable: string, purpose: string): Setting<string> {
  return {
    variable,
    fallback: '',
    purpose,
    expected: 'name=value, comma-separated, percent-encoded',
    read: (text) =>
      parseAttributes(text) === undefined ? { value: '', isValid: false } : { value: text, isValid: true },
  };
}

export interface LambdaIdentity {
  readonly name: string;
  readonly version: string;
  readonly memoryMb: number;
  readonly region: string;
  /** Of this execution environment. */
  readonly instanceId: string;
}

export function lambdaSource(
  { serviceName, resourceAttributes }: SettingValues<typeof sourceSettings>,
  { name, version, memoryMb, region, instanceId }: LambdaIdentity,
): Source {
  return {
    resource: {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_lambda',
      ...(region !== '' && { 'cloud.region': region }),
      'faas.name': name,
      'faas.version': version,
      'faas.instance': instanceId,
      ...(memoryMb > 0 && { 'faas.max_memory': memoryMb * 1024 * 1024 }),
      'service.name': name,
      ...parseAttributes(resourceAttributes),
      ...(serviceName !== undefined && { 'service.name': serviceName }),
    },
    scope: { name: 'lambda-node-extended' },
  };
}

/** The names of the resource's attributes that the owner of the function has set; these travel to every destination. */
export function ownerNames({
  serviceName,
  resourceAttributes,
}: SettingValues<typeof sourceSettings>): readonly string[] {
  const names = Object.keys(parseAttributes(resourceAttributes) ?? {});
  return serviceName === undefined || names.includes('service.name') ? names : ['service.name', ...names];
}

function parseAttributes(text: string): Attributes | undefined {
  const attributes: Record<string, string> = {};
  try {
    for (const pair of text.split(',')) {
      if (pair.trim() === '') continue;
      const at = pair.indexOf('=');
      if (at <= 0) return undefined;
      attributes[decodeURIComponent(pair.slice(0, at).trim())] = decodeURIComponent(pair.slice(at + 1).trim());
    }
    return attributes;
  } catch {
    return undefined;
  }
}
