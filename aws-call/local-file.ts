import { promises } from 'node:fs';
import { parseEnv } from 'node:util';
import { parseExactJson } from '../foundation/exact-json.ts';
import { readText } from '../foundation/read-text.ts';
import { text, truth } from '../foundation/settings.ts';
import { localName, parameterNames, secretNames } from './local-names.ts';

export const localFileSettings = {
  localFile: text(
    'SECRETS_LOCAL_FILE',
    undefined,
    'A file (JSON or dotenv) to read in place of AWS, in the emulator only.',
  ),
  isLocalFileForced: truth('SECRETS_LOCAL_FILE_FORCE', false, 'Reads SECRETS_LOCAL_FILE outside the emulator, too.'),
};

/**
 * A file in place of AWS, for work on a laptop: a JSON object or dotenv lines, name to value. Names that begin with a slash are
 * parameters, all others secrets; a value that is an object is a secret in JSON. A changed file is read again. Each value has the
 * fields of AWS's answer, and is found by every name that AWS knows it by. Errors are named as AWS names them.
 */
export function localValues(file: string) {
  let known: { state: string; values: ReadonlyMap<string, string> } | undefined;

  async function read() {
    const { mtime, mtimeMs, size } = await promises.stat(file);
    const state = `${mtimeMs} ${size}`;
    if (known?.state !== state) known = { state, values: parse(await readText(file), file) };
    return { values: known.values, changedAt: new Date(Math.floor(mtime.getTime())) };
  }

  async function secret(id: string) {
    const { values, changedAt } = await read();
    const name = secretNames(id).find((candidate) => values.has(candidate));
    if (name === undefined) throw refusal('ResourceNotFoundException', `${file} has no secret "${id}"`);
    return {
      ARN: id.startsWith('arn:') ? id : `arn:aws:secretsmanager:local:000000000000:secret:${name}`,
      CreatedDate: changedAt,
      Name: name,
      SecretString: values.get(name),
      VersionId: LOCAL_VERSION,
      VersionStages: ['AWSCURRENT'],
    };
  }

  /** @param nameOrArn may end in `:version` or `:label`. There is one version, which answers for each. */
  async function parameter(nameOrArn: string, { selector, withDecryption }: ParameterOptions) {
    const reference = nameOrArn.startsWith(REFERENCE) ? nameOrArn.slice(REFERENCE.length) : undefined;
    if (reference !== undefined) return secretAsParameter(nameOrArn, reference, withDecryption);

    const { values, changedAt } = await read();
    const found = parameterNames(nameOrArn).find(({ name }) => values.has(name));
    if (found === undefined) throw refusal('ParameterNotFound', `${file} has no parameter "${nameOrArn}"`);
    const { name, arn } = found;
    return parameterOf(values, changedAt, name, { selector: selector ?? found.selector, arn });
  }

  /** What Systems Manager answers for `/aws/reference/secretsmanager/NAME`. */
  async function secretAsParameter(Name: string, id: string, withDecryption: boolean) {
    if (!withDecryption)
      throw refusal('ValidationException', 'WithDecryption flag must be True for retrieving a Secret Manager secret.');
    const { ARN, Name: name, CreatedDate, SecretString, VersionId, VersionStages } = await secret(id);
    const source = {
      ARN,
      name,
      versionId: VersionId,
      secretString: SecretString,
      versionStages: VersionStages,
      createdDate: CreatedDate.toLocaleString('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' }),
    };
    return {
      ARN,
      LastModifiedDate: CreatedDate,
      Name,
      SourceResult: JSON.stringify(source),
      Type: 'SecureString',
      Value: SecretString,
      Version: 0,
    };
  }

  async function parametersBelow(path: string, recursive: boolean) {
    const { values, changedAt } = await read();
    const folder = path.endsWith('/') ? path : `${path}/`;
    const isBelow = (name: string) =>
      name.startsWith(folder) && (recursive || !name.slice(folder.length).includes('/'));
    return [...values.keys()].filter(isBelow).map((name) => parameterOf(values, changedAt, name, {}));
  }

  return { secret, parameter, parametersBelow };
}

interface ParameterOptions {
  readonly selector: string | undefined;
  readonly withDecryption: boolean;
}

function parameterOf(
  values: ReadonlyMap<string, string>,
  LastModifiedDate: Date,
  Name: string,
  { selector, arn }: { selector?: string | undefined; arn?: string | undefined },
) {
  return {
    ARN: arn ?? `arn:aws:ssm:local:000000000000:parameter${Name.startsWith('/') ? '' : '/'}${Name}`,
    DataType: 'text',
    LastModifiedDate,
    Name,
    Selector: selector === undefined ? undefined : `:${selector}`,
    Type: 'String',
    Value: values.get(Name),
    Version: /^\d{1,15}$/.test(selector ?? '') ? Number(selector) : 1,
  };
}

function parse(content: string, file: string): Map<string, string> {
  const values = content.trimStart().startsWith('{') ? parseJson(content, file) : parseEnv(content);
  return new Map(
    Object.entries(values as Record<string, unknown>).map(([key, value]) => [
      localName(key),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

function parseJson(content: string, file: string): unknown {
  try {
    return parseExactJson(content);
  } catch {
    // The parser's own message quotes the text.
    throw new Error(`${file} starts like JSON but does not parse`);
  }
}

function refusal(code: string, message: string): Error {
  return Object.assign(new Error(message), { name: code, $metadata: { httpStatusCode: 400 } });
}

const REFERENCE = '/aws/reference/secretsmanager/';
const LOCAL_VERSION = '00000000-0000-4000-8000-000000000000';
