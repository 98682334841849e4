/** The least policy of IAM for the settings of a function: `lambda-node-extended policy`. */
import { ofAppConfig } from './of-appconfig.ts';
import { ofInsights } from './of-insights.ts';
import { ofSecrets } from './of-secrets.ts';
import { ofTelemetry } from './of-telemetry.ts';
import type { Permission, Variables } from './permission.ts';

export interface PolicyPlace {
  /** Placeholders stay where they are undefined. */
  readonly region?: string | undefined;
  readonly accountId?: string | undefined;
}

export interface Policy {
  /** For IAM. */
  readonly document: object;
  /** What each permission is for, in the order of the statements. */
  readonly reasons: readonly string[];
}

/** Statements for the same actions are one; a resource that several settings need is there once. */
export function policyFor(variables: Variables, place: PolicyPlace = {}): Policy {
  const permissions = [ofSecrets, ofAppConfig, ofTelemetry, ofInsights].flatMap((of) => of(variables));
  const nameOf = ({ actions }: Permission) => actions.join(' ');
  // Not by Map.groupBy, which Node.js 20 lacks.
  const groups = [...new Set(permissions.map(nameOf))].map((name) => permissions.filter((one) => nameOf(one) === name));
  const statements = groups.map((group) => ({
    Effect: 'Allow',
    Action: single(group[0]?.actions ?? []),
    Resource: single([...new Set(group.map(({ resource }) => placed(resource, place)))]),
  }));
  return { document: { Version: '2012-10-17', Statement: statements }, reasons: permissions.map(reasonOf) };
}

function reasonOf({ actions, reason }: Permission): string {
  return `${actions.join(', ')}: ${reason}`;
}

/** AWS writes a list of one as its element. */
function single(texts: readonly string[]): string | readonly string[] {
  return texts.length === 1 ? (texts[0] ?? '') : texts;
}

function placed(resource: string, { region, accountId }: PolicyPlace): string {
  const partition = region?.startsWith('cn-') ? 'aws-cn' : region?.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return resource
    .replace(/^arn:aws:/, `arn:${partition}:`)
    .replace(':REGION:', `:${region ?? 'REGION'}:`)
    .replace(':ACCOUNT_ID:', `:${accountId ?? 'ACCOUNT_ID'}:`);
}
