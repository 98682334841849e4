import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from '../../foundation/loopback-host.ts';
import type { AwsServices } from '../sdk/index.ts';

/**
 * Gives the answer to a caller that may not be answered: it must stand on this machine, know the token, and be nobody's
 * proxy. A promise where the token has to be asked for. `agentBody` is what AWS's agent would say.
 */
export function callerCheck(
  { isSessionToken, hasSessionToken }: Tokens,
  proof: Proof = AGENTS_TOKEN,
): (request: Caller) => Refusal | Promise<Refusal> {
  const wrongToken = { status: 403, body: hasSessionToken ? proof.wrong : NO_TOKEN, agentBody: 'Bad Token' };
  // What was compared once on a connection need not be compared in constant time again: its sender knows it. That
  // takes 2 of the 16 microseconds of an answer from memory, for a token of usual length.
  const proven = new WeakMap<Caller['socket'], string>();

  return ({ headers, socket }) => {
    if (headers['x-forwarded-for'] !== undefined) return FORWARDED;
    if (!isLoopbackHost(headers.host)) return FOREIGN_HOST;

    const given = proof.headers.map((name) => headers[name]).find((value) => value !== undefined);
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
/** The headers of which the first one that is there has the token, and what to say where it is another. */
interface Proof {
  readonly headers: readonly string[];
  readonly wrong: string;
}
type Refusal = { status: number; body: string; agentBody?: string } | undefined;

const FORWARDED = { status: 400, body: 'forwarded requests are not answered', agentBody: 'Forwarded' };
const FOREIGN_HOST = { status: 403, body: 'Host must be a loopback name' };
const AGENTS_TOKEN: Proof = {
  headers: ['x-aws-parameters-secrets-token', 'x-vault-token'],
  wrong: 'the header X-Aws-Parameters-Secrets-Token must carry the value of AWS_SESSION_TOKEN',
};
const NO_TOKEN =
  'every request is refused, because AWS_SESSION_TOKEN is not set. Lambda sets it; elsewhere set it yourself.';
