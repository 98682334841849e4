/**
 * Runs a script of ours, or of a package, on Node 24: `node scripts/on-node-24.mjs FILE [ARGUMENTS]`.
 * If the Node that runs this is older, it takes the one that `npm ci` installs on Linux x64 and arm64. npm 11 also
 * links that one into `node_modules/.bin`, which is in the PATH of every npm script; npm 10 does not.
 * It imports no package: each npm script would start 0.1 s later with execa.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

if (Number(process.versions.node.split('.')[0]) >= 24) {
  process.argv.splice(1, 1);
  await import(pathToFileURL(process.argv[1]).href);
} else {
  const node = findInstalledNode();
  if (node === undefined) {
    console.error(
      `This script needs Node 24, but ${process.version} runs it. On Linux x64 and arm64, "npm ci" installs Node 24. ` +
        'On other systems, install it from https://nodejs.org and run the npm script again.',
    );
    process.exit(1);
  }
  const PATH = `${dirname(node)}${delimiter}${process.env.PATH}`;
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit', env: { ...process.env, PATH } });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}

function findInstalledNode() {
  try {
    return createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    return undefined;
  }
}
