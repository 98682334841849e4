import type { MetricItem, Source, Value } from '../items/item.ts';
import { plainAttributes } from '../items/plain-attributes.ts';
import { toText } from '../items/to-json.ts';
import { cut } from './encoding/cut.ts';
import type { ExporterContext } from './exporter.ts';

export interface DatadogTags {
  readonly service: string;
  /** `key:value`; the service is one of them. */
  readonly tags: readonly string[];
}

export interface DatadogTagsOptions {
  /** Tags of all telemetry. */
  readonly ownTags: readonly string[];
  /** `DD_SERVICE`; replaces the name of Lambda's own source. */
  readonly service: string | undefined;
}

/** The tags of a source: what its resource says, as far as it tells services apart, and is not known already. */
export function datadogTags({ ownTags, service }: DatadogTagsOptions, context: ExporterContext) {
  const own = context.source;
  const ownService = service ?? serviceOf(own) ?? context.functionName;
  const ownKeys = new Set(ownTags.map((tag) => tag.slice(0, tag.indexOf(':'))));
  const known = new WeakMap<Source, DatadogTags>();

  return (source: Source): DatadogTags => {
    const before = known.get(source);
    if (before !== undefined) return before;
    const name = source === own ? ownService : (serviceOf(source) ?? ownService);
    const made = { service: name, tags: [...ownTags, `service:${name}`, ...tagsOf(source)] };
    known.set(source, made);
    return made;
  };

  function tagsOf(source: Source): string[] {
    const tags = Object.entries(source.resource)
      .filter(([name, value]) => name !== 'service.name' && isWanted(source, name, toText(value, 'otlp')))
      .map(([name, value]) => datadogTag(name, toText(value, 'otlp')));
    for (const [key, names] of UNIFIED) {
      const said = names.find((name) => Object.hasOwn(source.resource, name));
      if (said !== undefined && !ownKeys.has(key))
        tags.push(datadogTag(key, toText(source.resource[said] ?? null, 'otlp')));
    }
    return tags;
  }

  /** Each value of a tag makes custom metrics of its own, which Datadog bills. */
  function isWanted(source: Source, name: string, text: string): boolean {
    if (context.ownerNames?.includes(name)) return true;
    if (source === own || OF_A_PROCESS.test(name)) return false;
    return !Object.hasOwn(own.resource, name) || toText(own.resource[name] ?? null, 'otlp') !== text;
  }
}

export function datadogTag(name: string, text: string): string {
  return cut(`${name}:${text}`, LONGEST_TAG_BYTES);
}

/** The tags of a metric by itself. The request id is none of them: each value of a tag makes a metric of its own, which costs. */
export function tagsOfMetric(item: MetricItem): string[] {
  const tagsOf = item.type === 'dogstatsd' ? tagsAsSent : tagOf;
  return Object.entries(plainAttributes(item)).flatMap(([name, value]) => tagsOf(name, value, item));
}

function tagOf(name: string, value: Value, { origin }: MetricItem): string[] {
  return [datadogTag(name, toText(value, origin))];
}

/** There a tag may have no value, or several. */
function tagsAsSent(name: string, value: Value, item: MetricItem): string[] {
  if (value === '') return [cut(name, LONGEST_TAG_BYTES)];
  return Array.isArray(value) ? value.flatMap((one) => tagOf(name, one, item)) : tagOf(name, value, item);
}

/** What Datadog takes as the name of a metric. */
export function datadogMetricName(name: string, suffix = ''): string {
  const known = name.replace(/[^A-Za-z0-9_.]/g, '_').replace(/^[^A-Za-z]/, 'x$&');
  return `${known.slice(0, LONGEST_NAME - suffix.length)}${suffix}`;
}

export function serviceOf({ resource }: Source): string | undefined {
  const name = resource['service.name'];
  return typeof name === 'string' ? name : undefined;
}

/** Datadog's own names for what OpenTelemetry's resources say. */
const UNIFIED: readonly (readonly [string, readonly string[]])[] = [
  ['env', ['deployment.environment.name', 'deployment.environment']],
  ['version', ['service.version']],
];
/** What differs from process to process, or is the same in all functions, tells no services apart. */
const OF_A_PROCESS = /^(?:service\.instance\.id$|(?:process|host|os|telemetry|container|faas|cloud|aws)\.)/;
const LONGEST_TAG_BYTES = 200;
const LONGEST_NAME = 200;
