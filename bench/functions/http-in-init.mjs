import { get } from 'node:http';
import { readBy } from './read-by-http.mjs';

const secret = await readBy(get);

export const handler = async () => secret.SecretString;
