import { readFile, stat } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import type { Wanted, WantedPath } from '../../../aws-call/wanted.ts';
import { type ParameterValue, parameterBody, parametersBody, type SecretValue, secretBody } from '../aws-body.ts';
import type { SecretsMetrics } from '../metrics.ts';
import type { Fetched, Source } from './source.ts';

/**
 * A file in place of AWS, for work on a laptop: a JSON object or dotenv lines, name to value. Names that begin with a slash are
 * parameters, all others secrets; a value that is an object is a secret in JSON. A changed file is read again.
 */
export function localFileSource(file: string, metrics: SecretsMetrics): Source {
  let known: { changedAtMs: number; values: ReadonlyMap<string, string> } | undefined;

  async function read() {
    const { mtime, mtimeMs } = await stat(file);
    if (known?.changedAtMs !== mtimeMs)
      known = { changedAtMs: mtimeMs, values: parse(await readFile(file, 'utf8'), file) };
    return { values: known.values, changedAt: new Date(Math.floor(mtime.getTime())) };
  }

  async function fetch(wanted: Wanted): Promise<string> {
    // Nothing is saved where there is nobody to call.
    metrics.upstream(wanted.kind, 0, false);
    const { values, changedAt } = await read();
    const find = (nameOrArn: string, arn: string): [string, string] => {
      const name = nameOrArn.startsWith(arn) ? nameOrArn.slice(arn.length) : nameOrArn;
      const value = values.get(name);
      if (value === undefined) throw notFound(wanted, name, file);
      return [name, value];
    };
    switch (wanted.kind) {
      case 'secret': {
        const [name, value] = find(wanted.secretId, secretArn(''));
        return secretBody(secretOf(name, value, changedAt));
      }
      case 'parameter': {
        const [name, value] = find(wanted.name, parameterArn(''));
        return parameterBody(parameterOf(name, value, changedAt));
      }
      case 'path': {
        const names = [...values.keys()].filter((name) => isBelow(name, wanted));
        const found = names.map((name) => parameterOf(name, values.get(name) ?? '', changedAt));
        return parametersBody(found);
      }
      default:
        return wanted satisfies never;
    }
  }

  return {
    fetch,
    async fetchMany(wanted): Promise<Fetched> {
      const parts = await Promise.allSettled(wanted.map((one) => fetch(one)));
      return {
        found: parts.flatMap((part, index) => {
          const one = wanted[index];
          return part.status === 'fulfilled' && one ? [{ wanted: one, value: part.value }] : [];
        }),
        failures: parts.flatMap((part, index) => {
          const one = wanted[index];
          return part.status === 'rejected' && one ? [{ wanted: one, error: part.reason }] : [];
        }),
      };
    },
  };
}

function parse(text: string, file: string): Map<string, string> {
  const values: unknown = text.trimStart().startsWith('{') ? parseJson(text, file) : parseEnv(text);
  return new Map(
    Object.entries(values as Record<string, unknown>).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new Error(`${file} starts like JSON but does not parse`);
  }
}

function secretOf(name: string, SecretString: string, CreatedDate: Date): SecretValue {
  const VersionStages = ['AWSCURRENT'];
  return { ARN: secretArn(name), CreatedDate, Name: name, SecretString, VersionId: LOCAL_VERSION, VersionStages };
}

function parameterOf(Name: string, Value: string, LastModifiedDate: Date): ParameterValue {
  return { ARN: parameterArn(Name), DataType: 'text', LastModifiedDate, Name, Type: 'String', Value, Version: 1 };
}

function isBelow(name: string, { path, recursive }: WantedPath): boolean {
  const folder = path.endsWith('/') ? path : `${path}/`;
  return name.startsWith(folder) && (recursive || !name.slice(folder.length).includes('/'));
}

function notFound({ kind }: Wanted, name: string, file: string): Error {
  const code = kind === 'secret' ? 'ResourceNotFoundException' : 'ParameterNotFound';
  return Object.assign(new Error(`${file} has no "${name}"`), { name: code, $metadata: { httpStatusCode: 400 } });
}

const secretArn = (name: string) => `arn:aws:secretsmanager:local:000000000000:secret:${name}`;
const parameterArn = (name: string) => `arn:aws:ssm:local:000000000000:parameter${name}`;
const LOCAL_VERSION = '00000000-0000-4000-8000-000000000000';
