import { existsSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const folders = fileURLToPath(new URL('../../node_modules/.cache/python', import.meta.url));

/**
 * Installs a Python package with what it needs, once.
 * @param requirement with its exact version.
 * @returns the variables with which Python finds it; undefined where there is no pip, or it reaches no registry.
 */
export async function pythonWith(requirement: string): Promise<Record<string, string> | undefined> {
  const folder = `${folders}/${requirement.replaceAll(/[^\w.]+/g, '-')}`;
  if (!existsSync(folder)) {
    const options = ['--quiet', '--disable-pip-version-check', '--no-cache-dir', '--timeout', '5', '--retries', '1'];
    const installed = await execa(
      'python3',
      ['-m', 'pip', 'install', ...options, '--target', `${folder}.part`, requirement],
      {
        reject: false,
      },
    );
    if (installed.exitCode !== 0) return undefined;
    renameSync(`${folder}.part`, folder);
  }
  return { PYTHONPATH: folder };
}
