/** One metric of a datagram. `ms` and `h` are distributions: see docs/dogstatsd.md. */
export type Sample = { readonly name: string; readonly tags: readonly string[] } & (
  | {
      readonly kind: 'count' | 'gauge' | 'distribution';
      readonly values: readonly number[];
      /** How many measurements stand behind each value: 10 at a sample rate of 0.1. */
      readonly weight: number;
      /** In milliseconds since the epoch, where the client says so; for counts and gauges only. */
      readonly timeMs: number | undefined;
      /** UCUM. */
      readonly unit: string;
    }
  | { readonly kind: 'set'; readonly member: string }
);

export interface Parsed {
  readonly samples: readonly Sample[];
  /** Events and service checks. */
  readonly notHonoured: number;
  /** Lines that are nothing of DogStatsD's. */
  readonly malformed: number;
}

/**
 * Reads a datagram, which has a metric a line. Never throws, and takes time that is linear in the length.
 * https://docs.datadoghq.com/developers/dogstatsd/datagram_shell
 */
export function parseDatagram(datagram: string): Parsed {
  const samples: Sample[] = [];
  let notHonoured = 0;
  let malformed = 0;
  for (const line of datagram.split('\n')) {
    if (line === '' || line === '\r') continue;
    if (line.startsWith('_e{') || line.startsWith('_sc|')) {
      notHonoured += 1;
      continue;
    }
    const sample = parseLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (sample === undefined) malformed += 1;
    else samples.push(sample);
  }
  return { samples, notHonoured, malformed };
}

/** `NAME:VALUE[:VALUE…]|TYPE[|@RATE][|#TAG,TAG…][|TSECONDS][|c:CONTAINER][|e:EXTERNAL][|card:CARDINALITY]` */
function parseLine(line: string): Sample | undefined {
  const [head = '', type = '', ...sections] = line.split('|');
  const colon = head.indexOf(':');
  const kind = KINDS.get(type);
  const text = head.slice(colon + 1);
  if (colon < 1 || kind === undefined || text === '') return undefined;

  let tags: readonly string[] = [];
  let rate = 1;
  let timeMs: number | undefined;
  for (const section of sections) {
    if (section.startsWith('#')) tags = tagsOf(section.slice(1));
    else if (section.startsWith('@')) rate = numberOf(section.slice(1));
    else if (section.startsWith('T')) timeMs = secondsOf(section.slice(1)) * 1_000;
    // The others say where the metric comes from, which is this environment; and sections that are still to come are no error.
  }
  if (!(rate > 0) || Number.isNaN(timeMs)) return undefined;

  const name = head.slice(0, colon);
  // Colons belong to a member of a set.
  if (kind === 'set') return { kind, name, tags, member: text };
  const values = text.split(':').map(numberOf);
  if (values.some(Number.isNaN)) return undefined;
  return {
    kind,
    name,
    tags,
    values,
    weight: kind === 'gauge' ? 1 : 1 / Math.min(rate, 1),
    timeMs: kind === 'distribution' ? undefined : timeMs,
    unit: type === 'ms' ? 'ms' : '',
  };
}

/** Sorted, so that the order does not make another series. */
function tagsOf(text: string): string[] {
  const tags = text.split(',').filter((tag) => tag !== '');
  return tags.length < 2 ? tags : [...new Set(tags)].sort();
}

/** NaN for what is no finite number. */
function numberOf(text: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}

function secondsOf(text: string): number {
  const seconds = numberOf(text);
  return seconds > 0 && seconds <= LATEST_SECONDS ? seconds : Number.NaN;
}

const KINDS: ReadonlyMap<string, Sample['kind']> = new Map([
  ['c', 'count'],
  ['g', 'gauge'],
  ['d', 'distribution'],
  ['h', 'distribution'],
  ['ms', 'distribution'],
  ['s', 'set'],
]);
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** The year 9999. */
const LATEST_SECONDS = 253_402_300_799;
