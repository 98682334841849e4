import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

export interface ZipEntry {
  /** Relative, with slashes. */
  readonly path: string;
  readonly kind: 'file' | 'executable' | 'link';
  /** Of a link, where it leads. */
  readonly bytes: Buffer;
}

const MODES = { file: 0o100644, executable: 0o100755, link: 0o120777 } as const satisfies Record<
  ZipEntry['kind'],
  number
>;

/** A zip file of these entries, whose bytes depend on nothing else: neither on their order nor on time, time zone or machine. */
export function zipEntries(entries: readonly ZipEntry[]): Promise<Buffer> {
  const zip = new ZipFile();
  // Zip files have local times: this date is the same bytes in every time zone.
  const options = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, compressionLevel: 9 };
  for (const { path, kind, bytes } of [...entries].sort((a, b) => (a.path < b.path ? -1 : 1)))
    zip.addBuffer(bytes, path, { ...options, mode: MODES[kind] });
  zip.end();
  return buffer(zip.outputStream);
}
