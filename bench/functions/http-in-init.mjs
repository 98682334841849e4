import { get } from 'node:http';

const { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port = 2773 } = process.env;
const headers = { 'x-aws-parameters-secrets-token': process.env.AWS_SESSION_TOKEN };
const options = { host: '127.0.0.1', port, path: '/secretsmanager/get?secretId=bench', headers };
/** An extension that listens late refuses the first tries. */
const read = () =>
  new Promise((resolve) => {
    get(options, async (response) => resolve(Buffer.concat(await response.toArray()).toString())).on('error', () =>
      setTimeout(() => resolve(read()), 1),
    );
  });
const secret = JSON.parse(await read());

export const handler = async () => secret.SecretString;
