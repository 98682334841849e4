import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KEY, PATH, startAppConfig, until } from '../../support/lambda/appconfig-extension.ts';
import { optFolder } from '../../support/lambda/host-process.ts';

const VERSIONS = 4;
const NOBODY = 65_534;
const content = (version: number) => JSON.stringify({ version, text: 'a'.repeat(200_000) });

/** What the extension may meet where it writes: the options of a file system, and the user it runs as. */
const disks: readonly (readonly [code: string, options: string, user?: number])[] = [
  ['ENOSPC', 'size=64k'],
  ['ENOSPC', 'nr_inodes=2'],
  ['EROFS', 'ro'],
  ['EACCES', 'mode=755', NOBODY],
];

it.skipIf(!canMount()).for(disks)(
  'the backup and the copy of a configuration meet %s (%s): nothing is left, it is said once, and readers get the newest version (needs root)',
  async ([code, options, user], { task }) => {
    using disk = mountDisk(options);
    const launcher = disk.launcherAs(user);
    await using one = await startAppConfig({
      deployed: { [KEY]: { content: content(0), version: 'v0' } },
      launcher,
      environment: {
        AWS_APPCONFIG_EXTENSION_MANIFEST: JSON.stringify({ [KEY]: { writeTo: { path: join(disk.folder, 'copy') } } }),
        AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS: '1',
        APPCONFIG_BACKUP_DIRECTORY: join(disk.folder, 'backups'),
      },
    });
    const version = async () => JSON.parse((await one.read(PATH)).body).version;

    const served = [await version()];
    for (let next = 1; next < VERSIONS; next++) {
      one.service.deploy(KEY, { content: content(next), version: `v${next}` });
      await until(
        async () => {
          await one.invoke();
          return version();
        },
        (read) => read === next,
      );
      served.push(next);
    }
    await until(
      () => filesIn(disk.folder).length,
      (files) => files === 0,
    );

    const said = one.host.output.split('\n').filter((line) => line.includes('could not be written'));
    expect(said).toEqual(
      ['backup', 'copy'].map((what) => expect.stringContaining(`the ${what} of ${KEY} could not be written: ${code}`)),
    );
    task.meta.proof = {
      part: 'fault',
      tried: `backup and copy of a configuration on a disk that answers ${code} (${options})`,
      times: served.length,
      held: 'each version was served, no file was left, each failure was said once',
    };
  },
);

function canMount(): boolean {
  try {
    using _disk = mountDisk('size=64k');
    return true;
  } catch {
    return false;
  }
}

/** A file system in memory. */
function mountDisk(options: string) {
  const root = mkdtempSync(join(tmpdir(), 'disk-'));
  chmodSync(root, 0o755);
  const folder = join(root, 'disk');
  execFileSync('mkdir', [folder]);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
  } catch (error) {
    rmSync(root, { recursive: true });
    throw error;
  }
  return {
    folder,
    /** Starts the extension as another user. */
    launcherAs(user: number | undefined): string {
      const launcher = join(optFolder, 'extensions/lambda-node-extended');
      if (user === undefined) return launcher;
      const script = join(root, 'lambda-node-extended');
      writeFileSync(script, `#!/bin/sh\nexec setpriv --reuid ${user} --regid ${user} --clear-groups ${launcher}\n`);
      chmodSync(script, 0o755);
      return script;
    },
    [Symbol.dispose]() {
      execFileSync('umount', [folder]);
      rmSync(root, { recursive: true });
    },
  };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name);
}
