/**
 * What an import of `node:http` would give. Into an ES module, such as a function's bundle, that import reads all exports, and
 * one of them loads Node.js's `fetch`: ten times the CPU time.
 */
export const { Agent, ClientRequest } = process.getBuiltinModule('node:http');
