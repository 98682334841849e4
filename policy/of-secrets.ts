import { type Permission, parameterArn, parameterPermission, secretPermission, type Variables } from './permission.ts';

/** What SECRETS_PREFETCH and the variables for `with-secrets` name. Reads by code alone are not in the settings. */
export function ofSecrets(variables: Variables): Permission[] {
  const prefetch = splitList(variables.SECRETS_PREFETCH).map((name) => ofPrefetched(name));
  const wrapped = Object.entries(variables).flatMap(([variable, value = '']) => {
    const [, kind, id] = /^(secretsmanager|ssm):([^#]+)/.exec(value) ?? [];
    if (kind === undefined || id === undefined) return [];
    const reason = `${variable} is filled by with-secrets`;
    return [kind === 'ssm' ? parameterPermission(id, reason) : secretPermission(id, reason)];
  });
  return [...prefetch, ...wrapped];
}

function ofPrefetched(name: string): Permission {
  const reason = `SECRETS_PREFETCH names ${name}`;
  if (name.startsWith('secretsmanager:')) return secretPermission(name.slice('secretsmanager:'.length), reason);
  if (name.startsWith('/') && name.endsWith('/*'))
    return { actions: ['ssm:GetParametersByPath'], resource: parameterArn(name), reason };
  return name.startsWith('/') || /^arn:[\w-]+:ssm:/.test(name)
    ? parameterPermission(name, reason)
    : secretPermission(name, reason);
}

export function splitList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
