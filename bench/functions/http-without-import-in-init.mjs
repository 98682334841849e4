import { readBy } from './read-by-http.mjs';

// As `require` does. An import from an ES module would load Node.js's `fetch`, too.
const secret = await readBy(process.getBuiltinModule('node:http').get);

export const handler = async () => secret.SecretString;
