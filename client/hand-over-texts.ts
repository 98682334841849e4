import { connect } from 'node:net';
import { handOverLines, redactionPort, TAKEN } from '../aws-call/hand-over.ts';
import { secretTexts } from '../aws-call/secret-texts.ts';
import { asksFor, type Environment, readSettings } from '../foundation/settings.ts';
import { warn } from './warn.ts';

/** Whether somebody sends telemetry, which must not show what the function read. */
export function isTelemetrySent(environment: Environment): boolean {
  return TELEMETRY.some((variable) => asksFor({ variable }, environment));
}

/** Proves to the supervisor that the function belongs to its environment. With SnapStart there is no session token. */
export function redactionToken({ AWS_SESSION_TOKEN, AWS_CONTAINER_AUTHORIZATION_TOKEN }: Environment): string {
  return AWS_SESSION_TOKEN || AWS_CONTAINER_AUTHORIZATION_TOKEN || '';
}

/**
 * Hands over the secret texts of what was read, as JSON, before the function gets it. Resolves once they are taken, after 100 ms
 * at the latest, and at once where no telemetry is sent. Says once if nobody takes them.
 */
export function textsHandedOver(environment: Environment): (json: string) => Promise<void> {
  if (!isTelemetrySent(environment)) return async () => undefined;
  const { port } = readSettings({ port: redactionPort }, environment).values;
  const token = redactionToken(environment);
  let isSaid = false;

  return async (json) => {
    const texts = secretTexts(json);
    if (texts.size === 0 || (await handOver(port, handOverLines(token, texts))) || isSaid) return;
    isSaid = true;
    warn(
      `Telemetry may show secrets that the function reads by itself, because nobody on port ${port} took them to redact them. Set EXTENSIONS_CLIENT=extension to read by the extension (logged once).`,
    );
  };
}

/** Whether they were taken. Without that the caller gets its value all the same. */
function handOver(port: number, lines: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }).unref();
    const end = (isTaken: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isTaken);
    };
    const timer = setTimeout(end, LONGEST_MS, false).unref();
    socket
      .on('data', (answer) => end(answer.toString() === TAKEN))
      .on('error', () => end(false))
      .on('close', () => end(false))
      .write(lines);
  });
}

const TELEMETRY = ['TELEMETRY_DESTINATIONS', 'TELEMETRY_CONFIG'];
const LONGEST_MS = 100;
