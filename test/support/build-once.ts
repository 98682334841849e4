import { execFileSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Builds `dist` before the first suite that needs it, unless it is newer than everything it is made of. */
export function setup(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const built = `${root}/dist/opt/lambda-node-extended/host.cjs`;
  const sources = globSync(
    '{{foundation,lambda-api,extensions,client,emulator,scripts}/**/*,supervisor/{src/**/*,Cargo.*}}',
    { cwd: root },
  );
  const newestMs = Math.max(...[...sources, 'package.json'].map((file) => statSync(`${root}/${file}`).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs > newestMs) return;
  execFileSync(process.execPath, [`${root}/scripts/build.ts`], { stdio: 'inherit' });
}
