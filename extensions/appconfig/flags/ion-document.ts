/**
 * Flags with variants, which AppConfig writes in Amazon Ion. The build makes this file a bundle of its own: the parser takes
 * some milliseconds and megabytes that only such flags are worth. So import it with `import()`.
 */
import { type dom, dumpText, IonTypes, load, loadAll, makeReader, type Reader } from 'ion-js';
import { parseExactJson, withoutBom } from '../../../foundation/exact-json.ts';
import { type Flag, type Flags, isObject, variantText } from './flag.ts';
import { patternCompiler } from './pattern.ts';
import { compileRule, type Rule } from './rule.ts';
import { withIonTimestamps } from './timestamps.ts';

/**
 * Reads a document whose top level has one value a flag: a list of variants with the default one at its end, or the one
 * variant of a basic flag. Rejects when it is not Ion.
 */
export async function parseFlagDocument(text: string, observer: ParseObserver): Promise<Flags> {
  const flags = new Map<string, Flag>();
  const reader = makeReader(withIonTimestamps(withoutBom(text)));
  while (reader.next() !== null) {
    const [name] = reader.annotations();
    const isList = reader.type() === IonTypes.LIST && !reader.isNull();
    const elements = isList ? await elementsOf(reader, observer) : [valueAt(reader)];
    if (name === undefined) observer.onProblem('a flag has no name, and is left out');
    else flags.set(name, await parseFlag(name, elements, isList, observer));
  }
  return flags;
}

export interface ParseObserver {
  /** Called for each flag that cannot be evaluated as it is written. */
  onProblem(problem: string): void;
  /** Called after each variant. A promise makes the parser wait: a document of megabytes leaves time for other work. */
  onStep(): Promise<void> | undefined;
}

async function elementsOf(reader: Reader, { onStep }: ParseObserver): Promise<dom.Value[]> {
  const elements: dom.Value[] = [];
  reader.stepIn();
  while (reader.next() !== null) {
    elements.push(valueAt(reader));
    await onStep();
  }
  reader.stepOut();
  return elements;
}

function valueAt(reader: Reader): dom.Value {
  return load(reader) as dom.Value;
}

async function parseFlag(
  name: string,
  elements: readonly dom.Value[],
  isList: boolean,
  { onProblem, onStep }: ParseObserver,
): Promise<Flag> {
  const last = elements.at(-1);
  const fallback = last && contentOf(last);
  if (fallback === undefined) onProblem(`flag "${name}" has no default variant; in its place it is off`);
  const off = fallback ?? OFF;
  if (!isList) return { evaluate: () => off };

  const variants: Variant[] = [];
  for (const element of fallback === undefined ? elements : elements.slice(0, -1)) {
    try {
      variants.push(await parseVariant(name, element));
    } catch (error) {
      const why = `${(error as Error).message}, in ${ruleText(element)}`;
      onProblem(`flag "${name}" has a rule that cannot be read; its default variant is served: ${why}`);
      return { evaluate: () => off };
    }
    await onStep();
  }
  return {
    evaluate: (context, evaluation) => variants.find(({ rule }) => rule(context, evaluation) === true)?.content ?? off,
  };
}

interface Variant {
  readonly rule: Rule;
  readonly content: string;
}

async function parseVariant(flag: string, element: dom.Value): Promise<Variant> {
  const [rule, contentValue, ...more] = element.getType() === IonTypes.LIST ? element.elements() : [];
  if (rule === undefined || contentValue === undefined || more.length > 0)
    throw new Error('a variant must be a rule and its content');
  const content = contentOf(contentValue);
  if (content === undefined) throw new Error('the content of a variant must be a JSON object');
  const patterns = patternCompiler();
  const compiled = compileRule(asExpression(rule), { flag, patterns });
  await patterns.ready();
  return { rule: compiled, content };
}

/** A rule may also be the text of one, as AppConfig stores it. */
function asExpression(rule: dom.Value): dom.Value {
  if (rule.getType() !== IonTypes.STRING) return rule;
  const [expression, ...more] = expressionsIn(rule.stringValue() ?? '');
  if (expression === undefined || more.length > 0) throw new Error('a rule is one expression');
  return expression;
}

function expressionsIn(text: string): dom.Value[] {
  try {
    return loadAll(withIonTimestamps(text));
  } catch {
    throw new Error('a rule is an expression in Amazon Ion');
  }
}

function contentOf(value: dom.Value): string | undefined {
  if (value.getType() !== IonTypes.STRING) return undefined;
  try {
    const variant: unknown = parseExactJson(value.stringValue() ?? '');
    return isObject(variant) ? variantText(variant) : undefined;
  } catch {
    return undefined;
  }
}

/** For the log, without the content of the variant. */
function ruleText(element: dom.Value): string {
  const [rule] = element.getType() === IonTypes.LIST ? element.elements() : [];
  return rule === undefined ? 'no rule' : dumpText(rule).slice(0, LONGEST_SHOWN);
}

const OFF = '{"enabled":false}';
const LONGEST_SHOWN = 300;
