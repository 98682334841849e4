import type { WantedParameter, WantedPath, WantedSecret } from './wanted.ts';

/** What AWS's operations take for what is wanted. */

export function getSecretValueInput({ secretId, versionId, versionStage }: WantedSecret) {
  return {
    SecretId: secretId,
    ...(versionId === undefined ? {} : { VersionId: versionId }),
    ...(versionStage === undefined ? {} : { VersionStage: versionStage }),
  };
}

export function getParameterInput({ name, selector, withDecryption }: WantedParameter) {
  return { Name: selected(name, selector), WithDecryption: withDecryption };
}

/** All with or all without decryption. */
export function getParametersInput(wanted: readonly WantedParameter[]) {
  return {
    Names: wanted.map(({ name, selector }) => selected(name, selector)),
    WithDecryption: wanted[0]?.withDecryption ?? false,
  };
}

export function getParametersByPathInput({ path, recursive, withDecryption }: WantedPath) {
  return { Path: path, Recursive: recursive, WithDecryption: withDecryption };
}

/** Whether a parameter that GetParameters brought is the one that was wanted. */
export function isAnswerTo({ name, selector }: WantedParameter, found: FoundParameter): boolean {
  return (found.Name === name || found.ARN === name) && (found.Selector ?? '') === (selector ? `:${selector}` : '');
}

interface FoundParameter {
  readonly Name?: string | undefined;
  readonly ARN?: string | undefined;
  readonly Selector?: string | undefined;
}

function selected(name: string, selector: string | undefined): string {
  return selector === undefined ? name : `${name}:${selector}`;
}
