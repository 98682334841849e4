import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';

/** A certificate for `hostname`, signed by an authority that only readers of `caFile` know. */
export function makePrivateCa(hostname: string): { caFile: string; key: string; cert: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'ca-'));
  const openssl = (...args: string[]) => execaSync('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Private CA');
  openssl('req', '-new', ...newKey.slice(0, 3), '-keyout', 'host.key', '-out', 'host.csr', '-subj', `/CN=${hostname}`);
  writeFileSync(join(folder, 'san'), `subjectAltName=DNS:${hostname}`);
  openssl(
    ...['x509', '-req', '-in', 'host.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-days', '2', '-extfile', 'san', '-out', 'host.pem'],
  );
  return {
    caFile: join(folder, 'ca.pem'),
    key: readFileSync(join(folder, 'host.key'), 'utf8'),
    cert: readFileSync(join(folder, 'host.pem'), 'utf8'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
