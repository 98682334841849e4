import type { RequestHandler } from '../../../foundation/http-server.ts';
import { readTarget } from '../../../foundation/request-target.ts';
import { snapshotNotices } from '../../../lambda-api/snapshot-notices.ts';
import type { HostServices } from '../../sdk/index.ts';
import type { Snapshot } from '../snapshot.ts';

/**
 * Serves a socket in a function with SnapStart. Requests between the notice of the snapshot and the restore wait for the restore: a value
 * that was read then would lie in the snapshot. Each socket takes the notices, since an extension that runs alone has no other.
 * @param takeNotice answers a notice.
 */
export function aroundSnapshot(
  serve: HostServices['http']['serve'],
  snapshot: Pick<Snapshot, 'isAhead' | 'untilPast'>,
  takeNotice: RequestHandler,
): HostServices['http']['serve'] {
  if (!snapshot.isAhead()) return serve;
  return ({ handle, ...socket }) =>
    serve({
      ...socket,
      handle(request, response) {
        if (request.method === 'POST' && NOTICES.has(readTarget(request.url ?? '/')[0]))
          return takeNotice(request, response);
        const past = snapshot.untilPast();
        return past === undefined ? handle(request, response) : past.then(() => handle(request, response));
      },
    });
}

const NOTICES: ReadonlySet<string> = new Set(Object.values(snapshotNotices));
