import { parameter, parameterPath, secret, type Wanted } from '../../aws-call/wanted.ts';

/**
 * What a list of names means: `/path/*` all parameters below a path, `/name` and ARNs of Systems Manager parameters, anything
 * else secrets. A secret whose name begins with a slash is meant by its ARN, or by `secretsmanager:/name`.
 */
export function prefetchList(names: readonly string[]): Wanted[] {
  return names.map((name) => {
    if (name.startsWith(SECRET_PREFIX)) return secret(name.slice(SECRET_PREFIX.length));
    if (name.startsWith('/') && name.endsWith('/*')) {
      return parameterPath(name.slice(0, -2) || '/', { recursive: true, withDecryption: true });
    }
    return name.startsWith('/') || PARAMETER_ARN.test(name) ? parameter(name, { withDecryption: true }) : secret(name);
  });
}

const SECRET_PREFIX = 'secretsmanager:';
const PARAMETER_ARN = /^arn:[\w-]+:ssm:/;
