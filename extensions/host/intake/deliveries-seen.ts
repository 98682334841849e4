import { crc32 } from '../../../foundation/crc32.ts';
import { LatestMap } from '../../../foundation/latest-map.ts';

/**
 * Remembers deliveries: Lambda repeats one whose answer was lost, and it must count once. Single records are not compared,
 * since a thousand equal lines can be a thousand lines. `sequenceId` is Lambda's own SHA-256 of the body, if it sends one.
 * AWS does not document it, so it is never trusted alone. Length and CRC-32 stand for the body: loading SHA-256 would cost
 * 7 ms of CPU time at the first delivery.
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
