import { parameter, parameterPath, secret, type Wanted } from '../../../aws-call/wanted.ts';

/** What a client of the AWS SDK asks for. */
export type SdkCall =
  | { readonly operation: 'GetSecretValue' | 'GetParameter' | 'GetParametersByPath'; readonly wanted: Wanted }
  | {
      readonly operation: 'BatchGetSecretValue' | 'GetParameters';
      /** The ids or names as the caller spells them, and what each means. */
      readonly wanted: readonly (readonly [id: string, Wanted])[];
    }
  | { readonly operation: 'none'; readonly code: string; readonly message: string };

/**
 * Reads a request of AWS's JSON protocol.
 * @param target the header `X-Amz-Target`, e.g. `secretsmanager.GetSecretValue` or `AmazonSSM.GetParameter`.
 */
export function readSdkCall(target: string, body: string): SdkCall {
  const read = OPERATIONS.get(target);
  if (read === undefined) {
    const operation = target.split('.').at(-1);
    return refused(
      'UnknownOperationException',
      `The secrets extension answers ${NAMES} from memory, and not ${operation}. Send ${operation} to AWS, by a client without this endpoint.`,
    );
  }
  const input = parse(body);
  return input === undefined ? refused('SerializationException', 'The body is not a JSON object') : read(input);
}

type Input = Readonly<Record<string, unknown>>;

const OPERATIONS = new Map<string, (input: Input) => SdkCall>([
  ['secretsmanager.GetSecretValue', getSecretValue],
  ['secretsmanager.BatchGetSecretValue', batchGetSecretValue],
  ['AmazonSSM.GetParameter', getParameter],
  ['AmazonSSM.GetParameters', getParameters],
  ['AmazonSSM.GetParametersByPath', getParametersByPath],
]);
const NAMES = [...OPERATIONS.keys()].map((target) => target.split('.')[1]).join(', ');

function getSecretValue({ SecretId, VersionId, VersionStage }: Input): SdkCall {
  if (!isText(SecretId)) return invalid('SecretId must be a text');
  if (!isTextOrAbsent(VersionId) || !isTextOrAbsent(VersionStage))
    return invalid('VersionId and VersionStage must be texts');
  const wanted = secret(SecretId, { versionId: VersionId ?? undefined, versionStage: VersionStage ?? undefined });
  return { operation: 'GetSecretValue', wanted };
}

function batchGetSecretValue({ SecretIdList, Filters, NextToken }: Input): SdkCall {
  if (isGiven(Filters)) return unsupported('BatchGetSecretValue', 'Filters');
  if (isGiven(NextToken)) return unsupported('BatchGetSecretValue', 'NextToken');
  if (!isTextList(SecretIdList, MOST_SECRETS))
    return invalid(`SecretIdList must have 1 to ${MOST_SECRETS} names or ARNs of secrets`);
  return { operation: 'BatchGetSecretValue', wanted: SecretIdList.map((id) => [id, secret(id)]) };
}

function getParameter({ Name, WithDecryption }: Input): SdkCall {
  if (!isText(Name)) return invalid('Name must be a text');
  if (!isTruthOrAbsent(WithDecryption)) return invalid('WithDecryption must be true or false');
  return { operation: 'GetParameter', wanted: selectedParameter(Name, WithDecryption ?? false) };
}

function getParameters({ Names, WithDecryption }: Input): SdkCall {
  if (!isTextList(Names, MOST_PARAMETERS))
    return invalid(`Names must have 1 to ${MOST_PARAMETERS} names of parameters`);
  if (!isTruthOrAbsent(WithDecryption)) return invalid('WithDecryption must be true or false');
  const wanted = Names.map((name) => [name, selectedParameter(name, WithDecryption ?? false)] as const);
  return { operation: 'GetParameters', wanted };
}

function getParametersByPath({ Path, Recursive, WithDecryption, ParameterFilters, NextToken }: Input): SdkCall {
  if (isGiven(ParameterFilters)) return unsupported('GetParametersByPath', 'ParameterFilters');
  if (isGiven(NextToken)) return unsupported('GetParametersByPath', 'NextToken');
  if (!isText(Path) || !Path.startsWith('/')) return invalid('Path must begin with a slash');
  if (!isTruthOrAbsent(Recursive) || !isTruthOrAbsent(WithDecryption))
    return invalid('Recursive and WithDecryption must be true or false');
  const wanted = parameterPath(Path, { recursive: Recursive ?? false, withDecryption: WithDecryption ?? false });
  return { operation: 'GetParametersByPath', wanted };
}

/** The name or ARN may end in a version or label, e.g. `/app/key:3`. */
function selectedParameter(nameWithSelector: string, withDecryption: boolean): Wanted {
  const [, name = nameWithSelector, selector] = SELECTED.exec(nameWithSelector) ?? [];
  return parameter(name, { selector, withDecryption });
}

function invalid(message: string): SdkCall {
  return refused('ValidationException', message);
}

function unsupported(operation: string, member: string): SdkCall {
  return invalid(`The secrets extension answers ${operation} from memory, and without ${member}`);
}

function refused(code: string, message: string): SdkCall {
  return { operation: 'none', code, message };
}

function parse(body: string): Input | undefined {
  try {
    const input: unknown = JSON.parse(body || '{}');
    return typeof input === 'object' && input !== null && !Array.isArray(input) ? (input as Input) : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTextOrAbsent(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || isText(value);
}

function isTruthOrAbsent(value: unknown): value is boolean | null | undefined {
  return value === undefined || value === null || typeof value === 'boolean';
}

function isTextList(value: unknown, most: number): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.length <= most && value.every(isText);
}

/** An empty list is as good as none. */
function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
}

const SELECTED = /^(arn:(?:[^:]*:){4}[^:]+|[^:]+):([^:]+)$/;
/** Of BatchGetSecretValue, and of GetParameters. */
const MOST_SECRETS = 20;
const MOST_PARAMETERS = 10;
