/** A value that a caller asked for. Equal values have equal keys. */
export type Wanted = WantedSecret | WantedParameter | WantedPath;

export interface WantedSecret {
  readonly kind: 'secret';
  readonly secretId: string;
  readonly versionId: string | undefined;
  readonly versionStage: string | undefined;
  /** The role to read with; the function's own if there is none. */
  readonly roleArn: string | undefined;
  readonly key: string;
}

export interface WantedParameter {
  readonly kind: 'parameter';
  readonly name: string;
  /** A version's number or a label. */
  readonly selector: string | undefined;
  readonly withDecryption: boolean;
  readonly key: string;
}

export interface WantedPath {
  readonly kind: 'path';
  readonly path: string;
  readonly recursive: boolean;
  readonly withDecryption: boolean;
  readonly key: string;
}

export function secret(
  secretId: string,
  { versionId, versionStage, roleArn }: Partial<WantedSecret> = {},
): WantedSecret {
  return withKey({ kind: 'secret', secretId, versionId, versionStage, roleArn });
}

export function parameter(
  name: string,
  { selector, withDecryption = false }: Partial<WantedParameter> = {},
): WantedParameter {
  return withKey({ kind: 'parameter', name, selector, withDecryption });
}

export function parameterPath(
  path: string,
  { recursive = false, withDecryption = false }: Partial<WantedPath> = {},
): WantedPath {
  return withKey({ kind: 'path', path, recursive, withDecryption });
}

export function wantedOf(key: string): Wanted {
  return { ...JSON.parse(key), key };
}

function withKey<T extends object>(fields: T): T & { key: string } {
  return { ...fields, key: JSON.stringify(fields) };
}

/** For messages. */
export function describeWanted(wanted: Wanted): string {
  switch (wanted.kind) {
    case 'secret':
      return `GetSecretValue of ${wanted.secretId}`;
    case 'parameter':
      return `GetParameter of ${wanted.name}`;
    case 'path':
      return `GetParametersByPath of ${wanted.path}`;
    default:
      return wanted satisfies never;
  }
}

/** For the log, when a stale value is served for the first time. */
export function staleLine(wanted: Wanted, ageMs: number, longestSeconds: number): string {
  const age = Math.round(ageMs / 1_000);
  return `${describeWanted(wanted)}: serving a stale value, ${age} s old, until AWS answers again, at most ${longestSeconds} s beyond its time to live (logged once)`;
}

export const UPSTREAM_NAMES = { secret: 'Secrets Manager', parameter: 'Systems Manager', path: 'Systems Manager' };
