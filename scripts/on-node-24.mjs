/**
 * Runs a script of ours, or of a package, on Node 24: `node scripts/on-node-24.mjs FILE [ARGUMENTS]`.
 * Where the Node that runs this is older, it takes the one that `npm ci` brings along on Linux x64 and arm64. npm 11 also
 * links that one into `node_modules/.bin`, hence into the PATH of every npm script; npm 10 leaves the link out.
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
      `This needs Node 24, and ${process.version} runs here. On Linux x64 and arm64 "npm ci" brings it along; ` +
        'elsewhere please install it from https://nodejs.org and call the npm script again.',
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
