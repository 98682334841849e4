#!/usr/bin/env node
/** `npm create lambda-node-extended extension my-extension` is `lambda-node-extended new extension my-extension`. */
process.argv.splice(2, 0, 'new');
await import(new URL('dist/lib/main.js', import.meta.resolve('lambda-node-extended/package.json')).href);
