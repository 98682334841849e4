import { crc32 } from 'node:zlib';
import { LatestMap } from '../../foundation/latest-map.ts';

/**
 * Remembers deliveries, so that one which Lambda repeats, because our answer was lost, counts once. Never single records: a
 * thousand equal lines may well be a thousand lines. `sequenceId` is Lambda's own SHA-256 of the body, where it sends one;
 * AWS documents it nowhere, so that it is not believed alone. Length and CRC-32 stand for the body: SHA-256 would cost 7 ms
 * of CPU time at the first delivery, to load it.
 */
export function deliveriesSeen(): (body: Buffer, sequenceId: string | undefined) => boolean {
  const seen = new LatestMap<string, true>(MOST_REMEMBERED);
  return (body, sequenceId) => {
    const fingerprint = `${sequenceId} ${body.length} ${crc32(body)}`;
    if (seen.has(fingerprint)) return true;
    seen.set(fingerprint, true);
    return false;
  };
}

const MOST_REMEMBERED = 100;
