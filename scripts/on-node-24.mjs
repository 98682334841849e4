/**
 * Runs a script of ours, or of a package, on Node 24: `node scripts/on-node-24.mjs FILE [ARGUMENTS]`.
 * npm puts `node_modules/.bin` first on the PATH, and there lies a Node 24 from the optional dependencies on Linux x64 and arm64.
 */
import { pathToFileURL } from 'node:url';

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `This needs Node 24; ${process.version} runs here. On Linux x64 and arm64 "npm ci" brings it along; ` +
      'elsewhere please install it from https://nodejs.org and call the npm script again.',
  );
  process.exit(1);
}

process.argv.splice(1, 1);
await import(pathToFileURL(process.argv[1]).href);
