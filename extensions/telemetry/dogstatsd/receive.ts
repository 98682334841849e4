import type { HostServices } from '../../sdk/index.ts';
import type { Item, Source } from '../items/item.ts';
import { aggregator } from './aggregate.ts';
import { kernelDrops } from './kernel-drops.ts';
import { parseDatagram } from './parse.ts';

export interface DogStatsDOptions {
  readonly port: number;
  readonly source: Source;
  /** Takes what has been added up before its time, because it takes too much memory. */
  readonly onItems: (items: readonly Item[]) => void;
  /** A new period has begun, so there may be something to send. */
  readonly onPeriod: () => void;
  /** Whether what is added up now would be sent by each environment of a snapshot, so that nothing may wait. */
  readonly isSnapshotAhead: () => boolean;
}

export interface DogStatsD {
  /** What came before this call, added up. Settles when the sockets are empty, or after some rounds under a flood. */
  gather(): Promise<readonly Item[]>;
  counts(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/**
 * Receives DogStatsD on loopback. Another process, such as an agent, may have the port: telemetry goes on without it.
 * Nothing is answered or confirmed, so what a crash of this process loses is not known. What the kernel drops is.
 */
export async function receiveDogStatsD(
  { datagrams, clock, log }: Pick<HostServices, 'datagrams' | 'clock' | 'log'>,
  { port, source, onItems, onPeriod, isSnapshotAhead }: DogStatsDOptions,
): Promise<DogStatsD | undefined> {
  const sums = aggregator(source);
  let received = 0;
  const counts = { samples: 0, notHonoured: 0, malformed: 0, droppedByKernel: 0 };
  const said = new Set<string>();

  function sayOnce(about: string, line: string): void {
    if (!said.has(about)) log.warn(line);
    said.add(about);
  }

  function take(datagram: Buffer): void {
    received += 1;
    const { samples, notHonoured, malformed } = parseDatagram(datagram.toString());
    counts.samples += samples.length;
    counts.notHonoured += notHonoured;
    counts.malformed += malformed;
    if (notHonoured > 0) sayOnce('events', NO_EVENTS);
    if (malformed > 0) sayOnce('malformed', MALFORMED);
    const nowMs = clock.wallMs();
    let isNewPeriod = false;
    for (const sample of samples) isNewPeriod = sums.add(sample, nowMs) || isNewPeriod;
    if (sums.bytes() > MOST_BYTES) onItems(sums.take(nowMs));
    if (isNewPeriod || isSnapshotAhead()) onPeriod();
  }

  /** The kernel has more room than a round of the event loop reads. */
  async function untilEmpty(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const before = received;
      await aRound();
      if (received === before) return;
    }
  }

  function countDrops(): void {
    if (received === 0) return;
    counts.droppedByKernel = kernelDrops(port);
    if (counts.droppedByKernel > 0) sayOnce('drops', DROPPED);
  }

  try {
    const { close } = await datagrams.receive({ name: 'dogstatsd', port, take });
    return {
      async gather() {
        await untilEmpty();
        countDrops();
        return sums.take(clock.wallMs());
      },
      counts: () => ({
        dogstatsdSamples: counts.samples,
        dogstatsdNotHonoured: counts.notHonoured,
        dogstatsdMalformed: counts.malformed,
        dogstatsdDropped: counts.droppedByKernel,
      }),
      close,
    };
  } catch (error) {
    log.error(
      `Cannot receive DogStatsD: ${(error as Error).message}. All other telemetry goes on. ` +
        'Set DD_DOGSTATSD_PORT to a free port, or TELEMETRY_DOGSTATSD to false.',
    );
    return undefined;
  }
}

/** The event loop looks at all sockets between two calls of `setImmediate`. */
function aRound(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

const NO_EVENTS =
  'DogStatsD: events and service checks are not sent, only metrics. Send events by a log line; GET /metrics counts these as dogstatsdNotHonoured.';
const MALFORMED =
  'DogStatsD: a line could not be read and was dropped. Expected NAME:VALUE|TYPE with a type of c, g, h, d, ms or s; GET /metrics counts these as dogstatsdMalformed.';
const DROPPED =
  'DogStatsD: the kernel dropped datagrams, because more came than could be read in time. Use the sample rate or the buffer of your client; GET /metrics counts these as dogstatsdDropped.';
/** Then they move into the buffers, which have bounds of their own. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_ROUNDS = 100;
