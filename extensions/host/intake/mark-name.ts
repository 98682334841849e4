import { crc32 } from '../../../foundation/crc32.ts';

/** The name of a mark: 64 printable characters without blanks at the most. One that would be longer ends in its checksum. */
export function markName(extension: string, keeper?: string): string {
  const name = encodeURIComponent(keeper === undefined ? extension : `${extension}/${keeper}`).replaceAll('%2F', '/');
  if (name.length <= LONGEST) return name;
  const checksum = crc32(name).toString(16).padStart(8, '0');
  return `${name.slice(0, LONGEST - 1 - checksum.length)}~${checksum}`;
}

const LONGEST = 64;
