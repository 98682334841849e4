import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from '../../foundation/loopback-host.ts';
import type { AwsServices } from '../sdk/index.ts';

/**
 * Gives the answer to a caller that may not be answered: it must stand on this machine, know the token, and be nobody's
 * proxy. A promise where the token has to be asked for. `agentBody` is what AWS's agent would say.
 */
export function callerCheck({
  isSessionToken,
  hasSessionToken,
}: Tokens): (request: Caller) => Refusal | Promise<Refusal> {
  const wrongToken = hasSessionToken ? WRONG_TOKEN : NO_TOKEN;
  // What was compared once on a connection need not be compared in constant time again: its sender knows it. That
  // takes 2 of the 16 microseconds of an answer from memory, for a token of usual length.
  const proven = new WeakMap<Caller['socket'], string>();

  return ({ headers, socket }) => {
    if (headers['x-forwarded-for'] !== undefined) return FORWARDED;
    if (!isLoopbackHost(headers.host)) return FOREIGN_HOST;

    const given = headers['x-aws-parameters-secrets-token'] ?? headers['x-vault-token'];
    if (typeof given !== 'string') return wrongToken;
    if (given === proven.get(socket)) return undefined;
    const isKnown = isSessionToken(given);
    // A token that has to be asked for may change while the connection lasts.
    if (isKnown instanceof Promise) return isKnown.then(judgeToken);
    if (isKnown === true) proven.set(socket, given);
    return judgeToken(isKnown);
  };

  function judgeToken(isKnown: boolean): Refusal {
    return isKnown ? undefined : wrongToken;
  }
}

type Caller = Pick<IncomingMessage, 'headers' | 'socket'>;
type Tokens = Pick<AwsServices, 'isSessionToken' | 'hasSessionToken'>;
type Refusal = { status: number; body: string; agentBody?: string } | undefined;

const FORWARDED = { status: 400, body: 'forwarded requests are not answered', agentBody: 'Forwarded' };
const FOREIGN_HOST = { status: 403, body: 'Host must be a loopback name' };
const WRONG_TOKEN = {
  status: 403,
  body: 'the header X-Aws-Parameters-Secrets-Token must carry the value of AWS_SESSION_TOKEN',
  agentBody: 'Bad Token',
};

const NO_TOKEN = {
  ...WRONG_TOKEN,
  body: 'every request is refused, because AWS_SESSION_TOKEN is not set. Lambda sets it; elsewhere set it yourself.',
};
