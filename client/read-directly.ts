import { explainAwsError, messageAndHint } from '../aws-call/explain-aws-error.ts';
import { withoutOwnEndpoints } from '../aws-call/own-endpoints.ts';
import { READ_BEFORE_SNAPSHOT } from '../aws-call/snapshot-warning.ts';
import { UPSTREAM_NAMES, type Wanted } from '../aws-call/wanted.ts';
import { asksFor } from '../foundation/settings.ts';
import { type ReadError, readError } from './errors.ts';
import { keptAlive } from './kept-alive.ts';
import { openDirect } from './open-direct.ts';
import type { Read } from './read-options.ts';
import { shared } from './shared.ts';
import { warnOnce } from './warn.ts';

/** From the function's memory, else from AWS, without the extension. */
export async function readDirectly<T>({ what, wanted, decode, maxAgeSeconds, refresh }: Read<T>): Promise<T> {
  const copies = shared();
  const restored = copies.snapshot.untilRestored();
  if (restored !== undefined) await restored;
  if (copies.snapshot.isAhead() && !asksFor(IN_SNAPSHOT, process.env)) warnOnce('snapshot', READ_BEFORE_SNAPSHOT);
  copies.direct ??= openDirect(withoutOwnEndpoints(process.env));
  const answer = copies.direct.read(wanted, { maxAgeSeconds, refresh });
  const json = typeof answer === 'string' ? answer : await orExplained(answer, what, wanted);
  const value = decode(JSON.parse(json));
  if (value === undefined) throw readError(what, 'UnreadableAnswer', 'AWS sent an unreadable answer');
  return value;
}

async function orExplained(answer: Promise<string>, what: string, { kind }: Wanted): Promise<string> {
  try {
    return await keptAlive(answer);
  } catch (error) {
    throw explained(error, what, UPSTREAM_NAMES[kind]);
  }
}

/** With AWS's words, and what the owner of the function can do. An answer that cannot be read is no cause: it may be a value. */
function explained(error: unknown, what: string, service: string): ReadError {
  const failure = explainAwsError(error, service);
  const { kind, code } = failure;
  return readError(what, code, messageAndHint(failure), kind === 'unreadable' ? undefined : error);
}

/** The consent of the owner, as `with-secrets` and the extension read it. */
const IN_SNAPSHOT = { variable: 'SECRETS_IN_SNAPSHOT' };
