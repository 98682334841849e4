/** The names that a secret's name or ARN may mean, the likeliest first. AWS adds a hyphen and six characters to the name in an ARN. */
export function secretNames(id: string): string[] {
  const [, inArn] = SECRET_ARN.exec(id) ?? [];
  return inArn === undefined ? [id] : [inArn, inArn.replace(RANDOM_END, '')];
}

/** What a parameter's name or ARN may mean, with its ARN and its selector, if it has them. */
export function parameterNames(nameOrArn: string): ParameterName[] {
  const [arn, selector] = withoutSelector(nameOrArn);
  const [, path] = PARAMETER_ARN.exec(arn) ?? [];
  if (path === undefined) return [{ name: arn, selector, arn: undefined }];
  // The ARN of `plain` is that of `/plain`.
  return [path, path.slice(1)].map((name) => ({ name, selector, arn }));
}

/** The name under which a key of the file is known: a secret or parameter may be written down by its ARN. */
export function localName(key: string): string {
  const secret = secretNames(key).at(-1);
  return (secret === key ? parameterNames(key)[0]?.name : secret) ?? key;
}

export interface ParameterName {
  readonly name: string;
  readonly selector: string | undefined;
  readonly arn: string | undefined;
}

function withoutSelector(nameOrArn: string): [string, string | undefined] {
  // No name has a colon; the last one of an ARN stands before `parameter`.
  const at = nameOrArn.lastIndexOf(':');
  const isPart = at === -1 || nameOrArn.startsWith('parameter/', at + 1);
  return isPart ? [nameOrArn, undefined] : [nameOrArn.slice(0, at), nameOrArn.slice(at + 1)];
}

const SECRET_ARN = /^arn:[\w-]+:secretsmanager:[\w-]*:\w*:secret:(.+)$/;
const PARAMETER_ARN = /^arn:[\w-]+:ssm:[\w-]*:\w*:parameter(\/.+)$/;
const RANDOM_END = /-[A-Za-z0-9]{6}$/;
