import { type Budget, budgetOfItem } from '../items/budget.ts';
import type {
  Attributes,
  Exemplar,
  Item,
  LogItem,
  MetricItem,
  Source,
  SpanEvent,
  SpanItem,
  SpanLink,
  Value,
} from '../items/item.ts';
import { copyOf, NO_ATTRIBUTES, setField } from '../items/log-line.ts';
import { findValues } from './find-values.ts';
import { compilePatterns } from './search.ts';
import { sensitiveKeys } from './sensitive-keys.ts';
import { REDACTED, withoutRanges } from './without-ranges.ts';

export interface RedactorOptions {
  /** Names of fields whose values are hidden, e.g. `password`. */
  readonly keys: readonly string[];
  /** Patterns of texts that are hidden. */
  readonly patterns: readonly string[];
  /** Called before work that may take this much CPU time and cannot be split. */
  readonly announceWork?: (cpuMs: number) => void;
}

export interface Redactor {
  /** Hides secrets in place. Items without secrets stay as they are. */
  redact(items: Item[]): Item[];
  redactOne(item: Item): Item;
  /** How much work the latest item took, in units of a budget. */
  latestUnits(): number;
  /** Sets the texts to hide everywhere. The same set again costs little. */
  setValues(values: ReadonlySet<string>): void;
  /** How many items have a text that was hidden as a whole, because the search took too long. */
  notInTime(): number;
}

/** @throws if a pattern is invalid. */
export function redactor({ keys, patterns, announceWork = () => undefined }: RedactorOptions): Redactor {
  const isSensitive = sensitiveKeys(keys);
  const matcher = patterns.length === 0 ? undefined : compilePatterns(patterns);
  let current: ReadonlySet<string> = new Set();
  let find = findValues(current);
  /** Many items share a source and are grouped by its identity, so the redacted one must be shared too. */
  let sources = new WeakMap<Source, Source>();
  const ofItems = budgetOfItem();
  const unitsOfItem = ofItems.left;
  /** Of the item at hand, for all its texts together. */
  let budget: Budget = ofItems;
  let unitsOfSource = 0;
  let notInTime = 0;

  /** What was not searched to its end must not leave. */
  function redactText(text: string): string {
    const found = find === undefined ? NOTHING : find(text, budget);
    const matched = matcher === undefined ? NOTHING : matcher.ranges(text, budget);
    if (found === undefined || matched === undefined) return NOT_IN_TIME;
    return found.length === 0 && matched.length === 0 ? text : withoutRanges(text, found, matched);
  }

  function redactValue(value: Value, depth: number): Value {
    if (typeof value === 'string') return redactText(value);
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
    if (depth > DEEPEST) return REDACTED;
    if (Array.isArray(value)) return redactList(value, depth);
    return redactFields(value as Attributes, depth);
  }

  function redactList(list: readonly Value[], depth: number): readonly Value[] {
    let copy: Value[] | undefined;
    for (let index = 0; index < list.length; index++) {
      const value = list[index] as Value;
      const redacted = redactValue(value, depth + 1);
      if (redacted === value) continue;
      copy ??= list.slice();
      copy[index] = redacted;
    }
    return copy ?? list;
  }

  function redactFields(fields: Attributes, depth: number): Attributes {
    if (fields === NO_ATTRIBUTES) return fields;
    let copy: Record<string, Value> | undefined;
    for (const key in fields) {
      budget.left -= UNITS_A_FIELD;
      const value = fields[key] as Value;
      const redacted = isSensitive(key) && saysSomething(value) ? REDACTED : redactValue(value, depth + 1);
      if (redacted === value) continue;
      copy ??= copyOf(fields);
      setField(copy, key, redacted);
    }
    return copy ?? fields;
  }

  function redactItem(item: Item): Item {
    const attributes = redactFields(item.attributes, 0);
    if (attributes !== item.attributes) {
      item.attributes = attributes;
      if (item.signal === 'logs') item.fieldBytes = undefined;
    }
    if (item.signal === 'logs') {
      const body = redactValue(item.body, 0);
      if (body !== item.body) {
        item.body = body;
        item.fieldBytes = undefined;
      }
      if (item.level !== undefined && item.level.length > LONGEST_COMMON_LEVEL) item.level = redactText(item.level);
    }
    if (item.signal === 'logs' && item.otlp?.eventName !== undefined) redactEventName(item);
    const own = item.origin === 'otlp' ? withRedactedSource(item) : item;
    if (own.signal === 'traces') return redactSpan(own);
    return own.signal === 'metrics' ? redactMetric(own) : own;
  }

  function redactEventName(item: LogItem): void {
    const eventName = redactText(item.otlp?.eventName ?? '');
    if (eventName !== item.otlp?.eventName) item.otlp = { ...item.otlp, eventName };
  }

  function withRedactedSource(item: Item): Item {
    const source = redactSource(item.source);
    return source === item.source ? item : { ...item, source };
  }

  function redactSource(source: Source): Source {
    const known = sources.get(source);
    if (known !== undefined) return known;
    // Many items share it, so what is left for one of them must not decide.
    const ofItem = budget;
    budget = budgetOfItem();
    const redacted = withoutSecrets(source);
    if (budget.left < 0) notInTime += 1;
    unitsOfSource = unitsOfItem - budget.left;
    budget = ofItem;
    sources.set(source, redacted);
    return redacted;
  }

  function withoutSecrets(source: Source): Source {
    const resource = redactFields(source.resource, 0);
    const { attributes = NO_ATTRIBUTES } = source.scope;
    const ofScope = redactFields(attributes, 0);
    const name = redactText(source.scope.name);
    const version = source.scope.version === undefined ? undefined : redactText(source.scope.version);
    const isSameScope = ofScope === attributes && name === source.scope.name && version === source.scope.version;
    const scope = isSameScope
      ? source.scope
      : {
          ...source.scope,
          name,
          ...(version !== undefined && { version }),
          ...(source.scope.attributes && { attributes: ofScope }),
        };
    const isSame = resource === source.resource && scope === source.scope;
    return isSame ? source : { ...source, resource, scope };
  }

  function redactMetric(metric: MetricItem): MetricItem {
    const exemplars = metric.otlp?.exemplars;
    if (exemplars === undefined) return metric;
    const redacted = redactAll(exemplars, redactAttributes<Exemplar>);
    return redacted === exemplars ? metric : { ...metric, otlp: { ...metric.otlp, exemplars: redacted } };
  }

  function redactSpan(span: SpanItem): SpanItem {
    const name = redactText(span.name);
    const events = redactAll(span.events, redactEvent);
    const links = redactAll(span.links, redactAttributes<SpanLink>);
    const { message } = span.status;
    const status =
      message === undefined || redactText(message) === message
        ? span.status
        : { code: span.status.code, message: redactText(message) };
    if (name === span.name && events === span.events && links === span.links && status === span.status) return span;
    return { ...span, name, events, links, status };
  }

  function redactEvent(event: SpanEvent): SpanEvent {
    const name = redactText(event.name);
    const attributes = redactFields(event.attributes, 0);
    return name === event.name && attributes === event.attributes ? event : { ...event, name, attributes };
  }

  function redactAttributes<T extends { readonly attributes: Attributes }>(one: T): T {
    const attributes = redactFields(one.attributes, 0);
    return attributes === one.attributes ? one : { ...one, attributes };
  }

  function redactOne(item: Item): Item {
    ofItems.left = unitsOfItem;
    unitsOfSource = 0;
    const redacted = redactItem(item);
    if (budget.left < 0) notInTime += 1;
    return redacted;
  }

  return {
    redactOne,
    latestUnits: () => unitsOfItem - ofItems.left + unitsOfSource,
    redact(items) {
      for (let index = 0; index < items.length; index++) {
        const item = items[index] as Item;
        const redacted = redactOne(item);
        if (redacted !== item) items[index] = redacted;
      }
      return items;
    },
    setValues(values) {
      if (values.size === current.size && [...values].every((value) => current.has(value))) return;
      if (values.size > FEW_VALUES) announceWork(values.size / VALUES_A_MS);
      current = new Set(values);
      find = findValues(current);
      sources = new WeakMap();
    },
    notInTime: () => notInTime,
  };
}

function redactAll<T>(list: readonly T[], redactOne: (one: T) => T): readonly T[] {
  let copy: T[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const one = list[index] as T;
    const redacted = redactOne(one);
    if (redacted === one) continue;
    copy ??= list.slice();
    copy[index] = redacted;
  }
  return copy ?? list;
}

/** An absent or empty value, or a boolean, is no secret and helps to find errors. */
function saysSomething(value: Value): boolean {
  return value !== null && value !== '' && typeof value !== 'boolean';
}

const NOT_IN_TIME = '[not redacted in time]';
const UNITS_A_FIELD = 10;
const FEW_VALUES = 10_000;
/** 300,000 values take 1.1 s. */
const VALUES_A_MS = 100;
const NOTHING: readonly number[] = [];
const LONGEST_COMMON_LEVEL = 5;
/** Values that are nested deeper are hidden as a whole: encoding them could overflow the stack. */
const DEEPEST = 64;
