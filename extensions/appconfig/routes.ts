import type { IncomingMessage } from 'node:http';
import { readTarget } from '../../foundation/request-target.ts';
import { LONGEST_TIMEOUT_MS } from '../../lambda-api/limits.ts';
import { type Answer, refusal } from './answer.ts';
import { durationMs } from './durations.ts';
import { type Profile, parseProfile } from './profile.ts';

/** What a caller wants, or the answer it gets at once. */
export type Route = ReadRoute | { kind: 'refused'; answer: Answer };

export interface ReadRoute {
  readonly kind: 'read';
  readonly profile: Profile;
  /** The flags that are asked for; none means the whole configuration. */
  readonly flags: readonly string[];
  /** Tells these flags from all others. */
  readonly flagsKey: string;
  /** How long to wait for a change. */
  readonly waitMs: number;
}

export type RoutedRequest = Pick<IncomingMessage, 'method' | 'url'>;

export function route({ method, url = '/' }: RoutedRequest): Route {
  if (method !== 'GET') return refused(ONLY_GET);
  const [path, query] = readTarget(url);
  if (path === '/ping' || path === '/health') return refused({ status: 200, headers: TEXT, body: 'healthy' });

  const profile = path.startsWith('/') ? parseProfile(path) : undefined;
  if (profile === undefined) {
    return refused(refusal(404, 'Unrecognized or malformed path', { ResourceType: 'Configuration' }));
  }
  const waitMs = durationMs(query.get('wait') || '0', 's');
  if (waitMs === undefined) return refused(refusal(400, 'wait takes seconds, or a duration such as 500ms or 30s'));
  const flags = query.getAll('flag').filter((name) => name !== '');
  return {
    kind: 'read',
    profile,
    flags,
    flagsKey: JSON.stringify(flags),
    waitMs: Math.min(waitMs, LONGEST_TIMEOUT_MS),
  };
}

function refused(answer: Answer): Route {
  return { kind: 'refused', answer };
}

const NOT_ALLOWED = refusal(405, 'only GET is allowed');
const ONLY_GET: Answer = { ...NOT_ALLOWED, headers: { ...NOT_ALLOWED.headers, Allow: 'GET' } };
const TEXT = { 'Content-Type': 'text/plain' };
