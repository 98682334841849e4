import { existsSync, globSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { execaSync } from 'execa';

/** Builds `dist`, unless it is newer than all of its sources. */
export function buildOnce(): void {
  const root = resolve(import.meta.dirname, '..');
  const built = resolve(root, 'dist/opt/lambda-node-extended/host.cjs');
  const sources = globSync(
    '{{foundation,lambda-api,aws-call,extensions,client,emulator,policy,measure,project,testing,handler-template,extension-template,scripts}/**/*,supervisor/{src/**/*,Cargo.*}}',
    { cwd: root },
  );
  const newestMs = Math.max(...[...sources, 'package.json'].map((file) => statSync(resolve(root, file)).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs > newestMs) return;
  execaSync(process.execPath, [resolve(root, 'scripts/build.ts')], { stdio: 'inherit' });
}
