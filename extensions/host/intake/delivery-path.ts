import { closeSync, openSync, readSync } from 'node:fs';

/**
 * A path that nobody can guess, for the subscription to telemetry. It tells Lambda's deliveries from others'. From
 * `/dev/urandom`, because `node:crypto` takes milliseconds to load.
 */
export function randomPath(): string {
  const bytes = Buffer.alloc(16);
  const file = openSync('/dev/urandom', 'r');
  try {
    readSync(file, bytes);
  } finally {
    closeSync(file);
  }
  return `/${bytes.toString('hex')}`;
}

/**
 * Tells whether a request's path is the one that Lambda delivers to. AWS's emulator of managed instances drops the path of
 * the subscription, so there `/` counts as well, until a delivery has shown that the path arrives.
 */
export function deliveryPath(path: string, { mayBeDropped }: { mayBeDropped: boolean }): (url?: string) => boolean {
  let isRootOpen = mayBeDropped || path === '/';
  return (url) => {
    if (url !== path) return isRootOpen && url === '/';
    isRootOpen = path === '/';
    return true;
  };
}
