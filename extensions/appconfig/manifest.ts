import { withoutBom } from '../../foundation/exact-json.ts';
import { readText } from '../../foundation/read-text.ts';
import { durationMs } from './durations.ts';
import { isObject } from './flags/flag.ts';
import { type Profile, parseProfile } from './profile.ts';
import type { Role } from './sources/app-config.ts';

/** What a manifest says of one configuration. */
export interface ManifestEntry {
  readonly profile: Profile;
  readonly role: Role | undefined;
  /** Where a copy of each version is written, in plain text. */
  readonly writeTo: string | undefined;
  /** JSON Schema. */
  readonly schema: object | undefined;
}

export type Manifest = ReadonlyMap<string, ManifestEntry>;

export const NO_MANIFEST: Manifest = new Map();

/** Where the variable says that the manifest is. */
export function manifestPlace(text: string): { json: string } | { file: string } | { profile: Profile } | undefined {
  if (text.startsWith('{')) return { json: text };
  if (text.startsWith('file:')) return { file: fileOf(text) };
  const profile = parseProfile(text);
  return profile && { profile };
}

/**
 * Reads a manifest: an object of `App:Env:Config` to `credentials`, `writeTo` and `schema`. What cannot be understood is left
 * out, and reported to `onProblem`.
 */
export async function readManifest(text: string, onProblem: (problem: string) => void): Promise<Manifest> {
  const manifest: unknown = parse(text);
  if (!isObject(manifest)) {
    onProblem('the manifest is not a JSON object');
    return NO_MANIFEST;
  }
  const entries = await Promise.all(Object.entries(manifest).map(([key, value]) => readEntry(key, value, onProblem)));
  return new Map(entries.flatMap((entry) => (entry === undefined ? [] : [[entry.profile.key, entry]])));
}

async function readEntry(key: string, value: unknown, onProblem: (problem: string) => void) {
  const profile = parseProfile(key);
  if (profile === undefined || !isObject(value)) {
    onProblem(`the manifest’s "${key}" is left out: expected "App:Env:Config": {}`);
    return undefined;
  }
  const { credentials, writeTo, schema } = value;
  const role = isObject(credentials) ? roleOf(credentials) : undefined;
  const path = isObject(writeTo) ? textOf(writeTo.path) : undefined;
  if (credentials !== undefined && role === undefined)
    onProblem(`the credentials of ${key} are left out: expected "roleArn", and "credentialsDuration" such as 2h`);
  if (writeTo !== undefined && path === undefined) onProblem(`the writeTo of ${key} is left out: expected "path"`);
  // What is left out as a whole has been reported.
  for (const name of unknownKeys(value, role, path))
    onProblem(`the manifest’s ${key} has ${JSON.stringify(name)}, which means nothing here`);
  return {
    profile,
    role,
    writeTo: path,
    schema: (await schemaOf(schema).catch((error: Error) =>
      onProblem(`the schema of ${key} is left out: ${error.message}`),
    )) as object | undefined,
  };
}

/** With their places, e.g. `writeTo.mode`; not those of a part that is left out as a whole. */
function unknownKeys(entry: Record<string, unknown>, role: Role | undefined, path: string | undefined): string[] {
  const { credentials, writeTo } = entry;
  const unknown = (part: unknown, known: readonly string[]) =>
    Object.keys(part as object).filter((name) => !known.includes(name));
  return [
    ...unknown(entry, ['credentials', 'writeTo', 'schema']),
    ...(path === undefined ? [] : unknown(writeTo, ['path']).map((name) => `writeTo.${name}`)),
    ...(role === undefined ? [] : unknown(credentials, ROLE_KEYS).map((name) => `credentials.${name}`)),
  ];
}

function roleOf({
  roleArn,
  roleExternalId,
  roleSessionName,
  credentialsDuration,
}: Record<string, unknown>): Role | undefined {
  const arn = textOf(roleArn);
  const durationOfSessionMs = durationMs(String(credentialsDuration ?? ''), 's');
  const isReadable = credentialsDuration === undefined || durationOfSessionMs !== undefined;
  if (arn === undefined || !isReadable) return undefined;
  return {
    arn,
    externalId: textOf(roleExternalId),
    sessionName: textOf(roleSessionName),
    durationSeconds: durationOfSessionMs === undefined ? undefined : Math.round(durationOfSessionMs / 1_000),
  };
}

async function schemaOf(schema: unknown): Promise<object | undefined> {
  if (schema === undefined || isObject(schema)) return schema;
  if (typeof schema !== 'string' || !schema.startsWith('file:'))
    throw new Error('expected JSON Schema, or file:/path of it');
  const read = parse(await readText(fileOf(schema)));
  if (!isObject(read)) throw new Error(`${schema} is not a JSON object`);
  return read;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const ROLE_KEYS = ['roleArn', 'roleExternalId', 'roleSessionName', 'credentialsDuration'];

/** `file:/path`, or `file:///path`. */
function fileOf(text: string): string {
  return text.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(withoutBom(text));
  } catch {
    return undefined;
  }
}
