import type { Attributes, MetricData, MetricItem, Source } from '../items/item.ts';
import { ExponentialBuckets } from './exponential-buckets.ts';
import type { Sample } from './parse.ts';

export interface Aggregator {
  /** Whether a new period has begun with it. */
  add(sample: Sample, nowMs: number): boolean;
  /** A metric for each name, set of tags and period, since the last call. */
  take(nowMs: number): MetricItem[];
  /** About how much memory it takes. The caller calls `take` when that is too much. */
  bytes(): number;
}

/**
 * Adds up what belongs to one metric, set of tags, and ten seconds. Samples that have a time of their own are added up by
 * second.
 */
export function aggregator(source: Source): Aggregator {
  let contexts = new Map<string, Context>();
  let bytes = 0;
  let takenAtMs = 0;
  let latestPeriodMs = 0;

  function contextOf(sample: Sample, nowMs: number): Context {
    const ownMs = sample.kind === 'set' ? undefined : sample.timeMs;
    const periodMs = ownMs ?? Math.floor(nowMs / PERIOD_MS) * PERIOD_MS;
    const key = `${sample.kind} ${sample.kind === 'set' ? '' : sample.unit} ${ownMs === undefined ? '' : '@'}${periodMs} ${sample.name}|${sample.tags.join()}`;
    const known = contexts.get(key);
    if (known !== undefined) return known;
    const made: Context = {
      sample,
      startMs: ownMs ?? Math.max(periodMs, Math.min(takenAtMs, nowMs)),
      timeMs: ownMs ?? nowMs,
      state: stateOf(sample.kind),
    };
    contexts.set(key, made);
    bytes += CONTEXT_BYTES + BYTES_A_UNIT * key.length;
    return made;
  }

  return {
    add(sample, nowMs) {
      const context = contextOf(sample, nowMs);
      if (sample.kind === 'set' || sample.timeMs === undefined) context.timeMs = Math.max(context.timeMs, nowMs);
      bytes += addTo(context.state, sample);
      const periodMs = Math.floor(nowMs / PERIOD_MS);
      const isNew = periodMs !== latestPeriodMs;
      latestPeriodMs = periodMs;
      return isNew;
    },
    take(nowMs) {
      const items = [...contexts.values()].map((context) => toItem(context, source));
      contexts = new Map();
      bytes = 0;
      takenAtMs = nowMs;
      return items;
    },
    bytes: () => bytes,
  };
}

interface Context {
  /** The first of them. */
  readonly sample: Sample;
  readonly startMs: number;
  timeMs: number;
  readonly state: State;
}

type State =
  | { readonly kind: 'count'; value: number }
  | { readonly kind: 'gauge'; value: number }
  | { readonly kind: 'set'; readonly members: Set<string> }
  | { readonly kind: 'distribution'; readonly buckets: ExponentialBuckets };

function stateOf(kind: Sample['kind']): State {
  switch (kind) {
    case 'count':
    case 'gauge':
      return { kind, value: 0 };
    case 'set':
      return { kind, members: new Set() };
    case 'distribution':
      return { kind, buckets: new ExponentialBuckets() };
    default:
      return kind satisfies never;
  }
}

/** Returns about how many bytes more the state takes. */
function addTo(state: State, sample: Sample): number {
  if (sample.kind === 'set') {
    if (state.kind !== 'set' || state.members.has(sample.member)) return 0;
    state.members.add(sample.member);
    return MEMBER_BYTES + BYTES_A_UNIT * sample.member.length;
  }
  const before = state.kind === 'distribution' ? state.buckets.size : 0;
  for (const value of sample.values) {
    if (state.kind === 'count') state.value += value * sample.weight;
    else if (state.kind === 'gauge') state.value = value;
    else if (state.kind === 'distribution') state.buckets.add(value, Math.round(sample.weight));
  }
  return state.kind === 'distribution' ? MEMBER_BYTES * (state.buckets.size - before) : 0;
}

function toItem({ sample, startMs, timeMs, state }: Context, source: Source): MetricItem {
  return {
    signal: 'metrics',
    origin: 'function',
    source,
    type: 'dogstatsd',
    timeMs,
    startMs: Math.min(startMs, timeMs),
    name: sample.name,
    unit: sample.kind === 'set' ? '' : sample.unit,
    data: dataOf(state),
    attributes: attributesOf(sample.tags),
  };
}

function dataOf(state: State): MetricData {
  switch (state.kind) {
    case 'count':
      // Clients may count down.
      return { kind: 'sum', value: state.value, isMonotonic: state.value >= 0, temporality: 'delta' };
    case 'gauge':
      return { kind: 'gauge', value: state.value };
    case 'set':
      return { kind: 'gauge', value: state.members.size };
    case 'distribution':
      return state.buckets.data();
    default:
      return state satisfies never;
  }
}

/** `key:value`; a tag without a value has the empty text, and one with several values a list. */
function attributesOf(tags: readonly string[]): Attributes {
  const values = new Map<string, string[]>();
  for (const tag of tags) {
    const colon = tag.indexOf(':');
    const [key, value] = colon < 1 ? [tag, ''] : [tag.slice(0, colon), tag.slice(colon + 1)];
    const known = values.get(key);
    if (known === undefined) values.set(key, [value]);
    else known.push(value);
  }
  return Object.fromEntries([...values].map(([key, all]) => [key, all.length === 1 ? (all[0] ?? '') : all]));
}

/** As long as Datadog's agent. */
const PERIOD_MS = 10_000;
/** Measured roughly: an object, its state and its place in the map. */
const CONTEXT_BYTES = 400;
const MEMBER_BYTES = 48;
const BYTES_A_UNIT = 2;
