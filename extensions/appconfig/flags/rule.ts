import { type dom, IonTypes } from 'ion-js';
import type { Evaluation } from './evaluation.ts';
import type { Context } from './flag.ts';
import { areEqual, compare, lengthOf, type Operand, textOf } from './operands.ts';
import type { PatternCompiler } from './pattern.ts';
import { positionOf } from './split.ts';

/** Whether a rule holds; undefined when the context lacks what it asks for, and then its opposite is as unknown. */
export type Truth = boolean | undefined;
export type Rule = (context: Context, evaluation: Evaluation) => Truth;

/**
 * Makes a function of a rule, which may be called when `patterns` are ready.
 * @throws when the rule cannot be read; the message says why.
 */
export function compileRule(value: dom.Value, place: RulePlace, depth = 0): Rule {
  if (depth > MAX_DEPTH) throw new Error(`it is nested more than ${MAX_DEPTH} deep`);
  if (value.getType() !== IonTypes.SEXP) throw new Error('a rule is an expression in parentheses');
  const [operator, ...parts] = value.elements();
  const name = operator?.getType() === IonTypes.SYMBOL ? (operator.stringValue() ?? '') : '';
  const compile = operators.get(name);
  if (compile === undefined) throw new Error(`there is no operator "${name}"`);
  return compile({ name, parts, place, depth });
}

export interface RulePlace {
  /** Seeds a `split` that has no seed. */
  readonly flag: string;
  readonly patterns: Pick<PatternCompiler, 'compile'>;
}

interface Call {
  readonly name: string;
  readonly parts: readonly dom.Value[];
  readonly place: RulePlace;
  readonly depth: number;
}

type Read = (context: Context, evaluation: Evaluation) => Operand | undefined;

const operators = new Map<string, (call: Call) => Rule>([
  ['eq', comparison((one, other) => areEqual(one, other))],
  ['gt', ordering((order) => order > 0)],
  ['gte', ordering((order) => order >= 0)],
  ['lt', ordering((order) => order < 0)],
  ['lte', ordering((order) => order <= 0)],
  ['contains', comparison((one, other) => textOf(one).includes(textOf(other)))],
  ['begins_with', comparison((one, other) => textOf(one).startsWith(textOf(other)))],
  ['ends_with', comparison((one, other) => textOf(one).endsWith(textOf(other)))],
  ['and', (call) => all(rulesOf(call))],
  ['or', (call) => any(rulesOf(call))],
  ['not', not],
  ['in', isIn],
  ['exists', exists],
  ['matches', matches],
  ['split', split],
]);

function comparison(holds: (one: Operand, other: Operand) => Truth): (call: Call) => Rule {
  return (call) => {
    const [left, right] = exactly(2, call).map((part) => operand(part, call));
    return (context, evaluation) => {
      const [one, other] = [left?.(context, evaluation), right?.(context, evaluation)];
      if (one === undefined || other === undefined) return undefined;
      evaluation.spend(lengthOf(one) + lengthOf(other));
      return holds(one, other);
    };
  };
}

function ordering(holds: (order: number) => boolean): (call: Call) => Rule {
  return comparison((one, other) => {
    const order = compare(one, other);
    return order === undefined ? undefined : holds(order);
  });
}

/** One rule alone holds where it holds. */
function rulesOf({ name, parts, place, depth }: Call): Rule[] {
  if (parts.length === 0) throw new Error(`"${name}" takes rules`);
  return parts.map((part) => compileRule(part, place, depth + 1));
}

function all(rules: readonly Rule[]): Rule {
  return (context, evaluation) => {
    let truth: Truth = true;
    for (const rule of rules) {
      const one = rule(context, evaluation);
      if (one === false) return false;
      if (one === undefined) truth = undefined;
    }
    return truth;
  };
}

function any(rules: readonly Rule[]): Rule {
  return (context, evaluation) => {
    let truth: Truth = false;
    for (const rule of rules) {
      const one = rule(context, evaluation);
      if (one === true) return true;
      if (one === undefined) truth = undefined;
    }
    return truth;
  };
}

function not(call: Call): Rule {
  const [part] = exactly(1, call);
  const rule = compileRule(part as dom.Value, call.place, call.depth + 1);
  return (context, evaluation) => {
    const truth = rule(context, evaluation);
    return truth === undefined ? undefined : !truth;
  };
}

function isIn(call: Call): Rule {
  const [item, list] = exactly(2, call);
  if (list?.getType() !== IonTypes.LIST) throw new Error('"in" takes a list in brackets');
  const read = operand(item as dom.Value, call);
  const reads = list.elements().map((element) => operand(element, call));
  return (context, evaluation) => {
    const one = read(context, evaluation);
    return (
      one &&
      reads.some((readOther) => {
        const other = readOther(context, evaluation);
        if (other === undefined) return false;
        evaluation.spend(lengthOf(one) + lengthOf(other));
        return areEqual(one, other);
      })
    );
  };
}

function exists(call: Call): Rule {
  const { key: [key] = [] } = named(call, ['key']);
  if (key === undefined) throw new Error('"exists" takes key::');
  const name = textOf(literal(key)).replace(/^\$/, '');
  return (context) => context.has(name);
}

function matches(call: Call): Rule {
  const { in: [subject] = [], pattern: [pattern] = [] } = named(call, ['in', 'pattern']);
  if (subject === undefined || pattern === undefined) throw new Error('"matches" takes in:: and pattern::');
  // A symbol would be a key of the context, whose value is no pattern.
  if (pattern.getType() !== IonTypes.STRING) throw new Error('the pattern of "matches" is a text');
  const match = call.place.patterns.compile(textOf(literal(pattern)));
  const read = operand(subject, call);
  return (context, evaluation) => {
    const text = read(context, evaluation);
    return text && match(textOf(text), evaluation);
  };
}

function split(call: Call): Rule {
  const { pct: [pct] = [], by = [], seed: [seed] = [] } = named(call, ['pct', 'by', 'seed']);
  const percent = pct === undefined ? undefined : literal(pct);
  if (percent?.type !== 'number' || by.length === 0) throw new Error('"split" takes pct::, a number, and by::');
  const limit = Number(percent.value);
  const seedText = seed === undefined ? call.place.flag : textOf(literal(seed));
  const reads = by
    .flatMap((part) => (part.getType() === IonTypes.LIST ? part.elements() : [part]))
    .map((part) => operand(part, call));
  return (context, evaluation) => {
    const values = reads.map((read) => read(context, evaluation));
    if (values.includes(undefined)) return undefined;
    for (const value of values) evaluation.spend(lengthOf(value as Operand));
    return (
      positionOf(
        values.map((value) => textOf(value as Operand)),
        seedText,
      ) < limit
    );
  };
}

/** The parts by their annotations, in whatever order they stand. */
function named({ name, parts }: Call, known: readonly string[]): Record<string, dom.Value[]> {
  const found: Record<string, dom.Value[]> = {};
  for (const part of parts) {
    const [label = ''] = part.getAnnotations();
    if (!known.includes(label)) throw new Error(`"${name}" takes ${known.map((word) => `${word}::`).join(', ')} alone`);
    found[label] ??= [];
    found[label].push(part);
  }
  return found;
}

function exactly(count: number, { name, parts }: Call): readonly dom.Value[] {
  if (parts.length !== count) throw new Error(`"${name}" takes ${count === 1 ? 'one rule' : 'two operands'}`);
  return parts;
}

function operand(value: dom.Value, { place, depth }: Call): Read {
  if (value.getType() === IonTypes.SEXP) {
    const rule = compileRule(value, place, depth + 1);
    return (context, evaluation) => {
      const truth = rule(context, evaluation);
      return truth === undefined ? undefined : { type: 'boolean', value: truth };
    };
  }
  const key = contextKey(value);
  if (key === undefined) {
    const known = literal(value);
    return () => known;
  }
  return (context) => {
    const text = context.get(key);
    return text === undefined ? undefined : { type: 'text', value: text };
  };
}

function contextKey(value: dom.Value): string | undefined {
  const symbol = value.getType() === IonTypes.SYMBOL ? value.stringValue() : undefined;
  return symbol?.startsWith('$') ? symbol.slice(1) : undefined;
}

function literal(value: dom.Value): Operand {
  switch (value.isNull() ? undefined : value.getType()) {
    case IonTypes.STRING:
    case IonTypes.SYMBOL:
      return { type: 'string', value: value.stringValue() ?? '' };
    case IonTypes.INT:
      return { type: 'number', value: value.bigIntValue() ?? 0n };
    case IonTypes.FLOAT:
    case IonTypes.DECIMAL:
      return { type: 'number', value: value.numberValue() ?? Number.NaN };
    case IonTypes.BOOL:
      return { type: 'boolean', value: value.booleanValue() ?? false };
    case IonTypes.TIMESTAMP:
      return { type: 'timestamp', value: value.dateValue()?.getTime() ?? Number.NaN };
    default:
      throw new Error('an operand is a text, a number, a timestamp, true, false or $key');
  }
}

const MAX_DEPTH = 100;
