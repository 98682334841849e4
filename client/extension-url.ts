import type { Wanted } from '../aws-call/wanted.ts';

/** The path and query by which the extension is asked. */
export function extensionUrl(wanted: Wanted): string {
  switch (wanted.kind) {
    case 'secret': {
      const { secretId, versionId, versionStage } = wanted;
      return urlOf('/secretsmanager/get', { secretId, versionId, versionStage });
    }
    case 'parameter': {
      const { name, selector, withDecryption } = wanted;
      // A label begins with a letter.
      const isVersion = selector !== undefined && /^\d+$/.test(selector);
      const version = isVersion ? { version: selector } : { label: selector };
      return urlOf('/systemsmanager/parameters/get', { name, withDecryption: String(withDecryption), ...version });
    }
    case 'path': {
      const { path, recursive, withDecryption } = wanted;
      const query = { path, recursive: String(recursive), withDecryption: String(withDecryption) };
      return urlOf('/systemsmanager/parameters/path', query);
    }
    default:
      return wanted satisfies never;
  }
}

function urlOf(path: string, query: Record<string, string | undefined>): string {
  const defined = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `${path}?${new URLSearchParams(defined)}`;
}
