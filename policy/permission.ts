/** What the function's role must be allowed, and by which setting. */
export interface Permission {
  readonly actions: readonly string[];
  /** An ARN. `REGION`, `ACCOUNT_ID` and `KEY_ID` stand for what the settings do not tell. */
  readonly resource: string;
  /** For people, e.g. `SECRETS_PREFETCH names prod/db`. */
  readonly reason: string;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** An id of Secrets Manager. AWS adds six characters to a name. */
export function secretPermission(id: string, reason: string): Permission {
  const resource = id.startsWith('arn:')
    ? withSuffix(id)
    : `arn:aws:secretsmanager:REGION:ACCOUNT_ID:secret:${id}-??????`;
  return { actions: ['secretsmanager:GetSecretValue'], resource, reason };
}

/** A name, path or ARN of a parameter; a version or label behind the last colon is no part of the ARN. */
export function parameterPermission(name: string, reason: string): Permission {
  return { actions: ['ssm:GetParameter'], resource: parameterArn(name), reason };
}

export function parameterArn(name: string): string {
  const secretOf = /^\/aws\/reference\/secretsmanager\/(.+)$/.exec(name)?.[1];
  if (secretOf !== undefined) return `arn:aws:ssm:REGION:ACCOUNT_ID:parameter/aws/reference/secretsmanager/${secretOf}`;
  if (name.startsWith('arn:')) return name.replace(/^(arn:[^:]*:ssm:[^:]*:[^:]*:parameter[^:]*):.*$/, '$1');
  const bare = name.replace(/:[^:/]*$/, '');
  return `arn:aws:ssm:REGION:ACCOUNT_ID:parameter${bare.startsWith('/') ? '' : '/'}${bare}`;
}

/** A partial ARN of a secret has no suffix yet. */
function withSuffix(arn: string): string {
  return /-[A-Za-z0-9]{6}$/.test(arn) ? arn : `${arn}-??????`;
}
