import { splitList } from './of-secrets.ts';
import { type Permission, parameterPermission, secretPermission, type Variables } from './permission.ts';

/** For the destinations in AWS, for references such as `${secretsmanager:prod/datadog#key}`, and for the vendors' own variables. */
export function ofTelemetry(variables: Variables): Permission[] {
  return [...ofDestinations(variables), ...ofReferences(variables), ...ofVendors(variables)];
}

interface Destination {
  readonly type?: string;
  readonly logGroup?: string;
  readonly stream?: string;
  readonly bucket?: string;
  readonly prefix?: string;
}

function ofDestinations(variables: Variables): Permission[] {
  const configured = Object.entries(destinationsOf(variables.TELEMETRY_CONFIG)).map(([name, destination]) => {
    return { ...destination, reason: `TELEMETRY_CONFIG has the destination ${name}` };
  });
  const listed = splitList(variables.TELEMETRY_DESTINATIONS).map((type) => {
    return { type, reason: `TELEMETRY_DESTINATIONS names ${type}` };
  });
  return [...configured, ...listed].flatMap((destination) => ofDestination(destination, variables));
}

function ofDestination(destination: Destination & { reason: string }, variables: Variables): Permission[] {
  const { reason } = destination;
  switch (destination.type) {
    case 'cloudwatch-logs': {
      const group = destination.logGroup ?? variables.TELEMETRY_CLOUDWATCH_LOGS_GROUP ?? 'LOG_GROUP';
      const resource = `arn:aws:logs:REGION:ACCOUNT_ID:log-group:${group}:*`;
      return [{ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resource, reason }];
    }
    case 'firehose': {
      const stream = destination.stream ?? variables.TELEMETRY_FIREHOSE_STREAM ?? 'STREAM';
      const resource = `arn:aws:firehose:REGION:ACCOUNT_ID:deliverystream/${stream}`;
      return [{ actions: ['firehose:PutRecordBatch'], resource, reason }];
    }
    case 'kinesis': {
      const stream = destination.stream ?? variables.TELEMETRY_KINESIS_STREAM ?? 'STREAM';
      const resource = `arn:aws:kinesis:REGION:ACCOUNT_ID:stream/${stream}`;
      return [{ actions: ['kinesis:PutRecords'], resource, reason }];
    }
    case 's3': {
      const bucket = destination.bucket ?? variables.TELEMETRY_S3_BUCKET ?? 'BUCKET';
      const prefix = destination.prefix ?? variables.TELEMETRY_S3_PREFIX ?? 'telemetry';
      return [{ actions: ['s3:PutObject'], resource: `arn:aws:s3:::${bucket}/${prefix && `${prefix}/`}*`, reason }];
    }
    default:
      return [];
  }
}

function destinationsOf(text: string | undefined): Record<string, Destination> {
  if (text === undefined || !text.trimStart().startsWith('{')) return {};
  try {
    const { destinations } = JSON.parse(text) as { destinations?: Record<string, Destination> };
    return destinations ?? {};
  } catch {
    return {};
  }
}

function ofReferences(variables: Variables): Permission[] {
  return Object.entries(variables).flatMap(([variable, value = '']) =>
    [...value.matchAll(/\$\{(secretsmanager|ssm|kms):([^#}]+)[^}]*\}/g)].map(([, kind, id = '']) => {
      const reason = `${variable} refers to it`;
      if (kind === 'kms') return decrypt(reason);
      return kind === 'ssm' ? parameterPermission(id, reason) : secretPermission(id, reason);
    }),
  );
}

/** The variables that Datadog's, New Relic's and Sumo Logic's own extensions have, too. */
function ofVendors(variables: Variables): Permission[] {
  const { DD_API_KEY_SECRET_ARN, DD_API_KEY_SSM_ARN, DD_KMS_API_KEY, KMS_KEY_ID } = variables;
  const { NEW_RELIC_LICENSE_KEY_SECRET, NEW_RELIC_LICENSE_KEY_SSM_PARAMETER_NAME } = variables;
  return [
    ...(DD_API_KEY_SECRET_ARN ? [secretPermission(DD_API_KEY_SECRET_ARN, 'DD_API_KEY_SECRET_ARN names it')] : []),
    ...(DD_API_KEY_SSM_ARN ? [parameterPermission(DD_API_KEY_SSM_ARN, 'DD_API_KEY_SSM_ARN names it')] : []),
    ...(DD_KMS_API_KEY ? [decrypt('DD_KMS_API_KEY is encrypted')] : []),
    ...(KMS_KEY_ID ? [decrypt('SUMO_HTTP_ENDPOINT is encrypted, as KMS_KEY_ID says')] : []),
    ...(NEW_RELIC_LICENSE_KEY_SECRET
      ? [secretPermission(NEW_RELIC_LICENSE_KEY_SECRET, 'NEW_RELIC_LICENSE_KEY_SECRET names it')]
      : []),
    ...(NEW_RELIC_LICENSE_KEY_SSM_PARAMETER_NAME
      ? [
          parameterPermission(
            NEW_RELIC_LICENSE_KEY_SSM_PARAMETER_NAME,
            'NEW_RELIC_LICENSE_KEY_SSM_PARAMETER_NAME names it',
          ),
        ]
      : []),
  ];
}

function decrypt(reason: string): Permission {
  return { actions: ['kms:Decrypt'], resource: 'arn:aws:kms:REGION:ACCOUNT_ID:key/KEY_ID', reason };
}
