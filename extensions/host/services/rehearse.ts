import { openSender } from '../../../aws-call/send.ts';
import { signedCaller } from '../../../aws-call/signed-caller.ts';
import type { Clock } from '../../../foundation/clock.ts';

/**
 * Makes a call as to AWS, to the host's own port, which refuses it. Node.js loads and compiles much for the first one: better before
 * a snapshot than after each restore. Never rejects, and leaves no connection.
 */
export async function rehearse(port: number, clock: Clock): Promise<void> {
  const { send, close } = openSender({ wallMs: clock.wallMs, proxyEnvironment: {}, longestMs: LONGEST_MS });
  const call = signedCaller({
    send,
    credentials: async () => ({ accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' }),
    region: 'us-east-1',
    endpoint: () => `http://127.0.0.1:${port}`,
    clock,
    random: () => 0,
    mostAttempts: 1,
  });
  const request = { service: 'secretsmanager', target: 'secretsmanager.GetSecretValue', input: {} } as const;
  await call(request, AbortSignal.timeout(LONGEST_MS)).catch(() => undefined);
  close();
}

const LONGEST_MS = 1_000;
