import { randomBytes } from 'node:crypto';
import { CONTAINER_CREDENTIALS_PATH } from '../lambda-api/container-credentials.ts';

/** Valid nowhere, unless the user has given others. */
export interface FunctionCredentials {
  /** The function's variables, with its credentials or with where they are: behind the endpoint of `runtimeApi`. */
  addTo(variables: Readonly<Record<string, string>>, runtimeApi: string): Record<string, string>;
  /** What the endpoint answers now to a caller with this value of `authorization`. */
  answer(authorization: string | undefined): { readonly status: number; readonly body: string };
  /** Others are behind the endpoint from now on; those that the user has given stay. */
  renew(): void;
}

/** Lambda always gives credentials: in variables, and with SnapStart behind an endpoint. */
export function functionCredentials(
  given: Readonly<Record<string, string>>,
  isSnapStart: boolean,
  wallMs: () => number,
): FunctionCredentials {
  const endpointToken = randomBytes(16).toString('hex');
  const own = pick(given);
  let current = { ...emulatorCredentials(), ...own };

  return {
    addTo(variables, runtimeApi) {
      if (!isSnapStart) return { ...emulatorCredentials(), ...variables };
      const others = Object.entries(variables).filter(([name]) => !NAMES.includes(name));
      return {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${runtimeApi}${CONTAINER_CREDENTIALS_PATH}`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: endpointToken,
        ...Object.fromEntries(others),
      };
    },
    answer(authorization) {
      if (authorization !== endpointToken) return { status: 403, body: '{"message":"Forbidden"}' };
      return {
        status: 200,
        body: JSON.stringify({
          AccessKeyId: current.AWS_ACCESS_KEY_ID,
          SecretAccessKey: current.AWS_SECRET_ACCESS_KEY,
          Token: current.AWS_SESSION_TOKEN,
          Expiration: new Date(wallMs() + VALID_MS).toISOString(),
        }),
      };
    },
    renew() {
      current = { ...emulatorCredentials(randomBytes(8).toString('hex')), ...own };
    },
  };
}

function emulatorCredentials(session = SESSION) {
  return {
    AWS_ACCESS_KEY_ID: `ASIAEMULATOR${session.slice(0, 8).toUpperCase()}`,
    AWS_SECRET_ACCESS_KEY: 'secret-of-the-emulator',
    AWS_SESSION_TOKEN: `token-of-the-emulator-${session}`,
  };
}

/** All or none: a session token belongs to its key. */
function pick(given: Readonly<Record<string, string>>): Partial<Record<string, string>> {
  if (!given.AWS_ACCESS_KEY_ID || !given.AWS_SECRET_ACCESS_KEY) return {};
  return Object.fromEntries(NAMES.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
}

const NAMES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
const SESSION = randomBytes(8).toString('hex');
const VALID_MS = 6 * 60 * 60_000;
