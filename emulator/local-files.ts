import { normalize, resolve } from 'node:path';

/**
 * The function's variables, with paths that hold where its folder is `/var/task`: what stands in for AWS usually lies beside the
 * built code, outside of that folder. A relative path counts from it.
 */
export function withLocalFiles<T extends Readonly<Record<string, string | undefined>>>(
  variables: T,
  functionDir: string,
): T {
  const outside = LOCAL_FILES.flatMap((name) => {
    const path = variables[name];
    return path !== undefined && normalize(path).startsWith('..') ? [[name, resolve(functionDir, path)]] : [];
  });
  return { ...variables, ...Object.fromEntries(outside) };
}

const LOCAL_FILES = ['SECRETS_LOCAL_FILE', 'LOCAL_DEVELOPMENT_DIRECTORY'] as const;
