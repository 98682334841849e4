/**
 * Flags with variants, which AppConfig writes in Amazon Ion. The build makes this file a bundle of its own: the parser takes
 * some milliseconds and megabytes that only such flags are worth. So import it with `import()`.
 */
import { type dom, dumpText, IonTypes, loadAll } from 'ion-js';
import { type Flag, type Flags, isObject, variantText } from './flag.ts';
import { compileRule, type Rule } from './rule.ts';
import { withIonTimestamps } from './timestamps.ts';

/**
 * Reads a document whose top level has one value a flag: a list of variants with the default one at its end, or the one
 * variant of a basic flag.
 * @param onProblem called for each flag that cannot be evaluated as it is written.
 * @throws when it is not Ion.
 */
export function parseFlagDocument(text: string, onProblem: (problem: string) => void): Flags {
  const flags = new Map<string, Flag>();
  for (const value of loadAll(withIonTimestamps(text))) {
    const [name] = value.getAnnotations();
    if (name === undefined) onProblem('a flag has no name, and is left out');
    else flags.set(name, parseFlag(name, value, onProblem));
  }
  return flags;
}

function parseFlag(name: string, value: dom.Value, onProblem: (problem: string) => void): Flag {
  const elements = value.getType() === IonTypes.LIST ? value.elements() : [value];
  const last = elements.at(-1);
  const fallback = last && contentOf(last);
  if (fallback === undefined) onProblem(`flag "${name}" has no default variant; in its place it is off`);
  const off = fallback ?? OFF;
  if (value.getType() !== IonTypes.LIST) return { evaluate: () => off };

  const variants: Variant[] = [];
  for (const element of fallback === undefined ? elements : elements.slice(0, -1)) {
    try {
      variants.push(parseVariant(name, element));
    } catch (error) {
      const why = `${(error as Error).message}, in ${ruleText(element)}`;
      onProblem(`flag "${name}" has a rule that cannot be read; its default variant is served: ${why}`);
      return { evaluate: () => off };
    }
  }
  return { evaluate: (context) => variants.find(({ rule }) => rule(context) === true)?.content ?? off };
}

interface Variant {
  readonly rule: Rule;
  readonly content: string;
}

function parseVariant(flag: string, element: dom.Value): Variant {
  const [rule, contentValue, ...more] = element.getType() === IonTypes.LIST ? element.elements() : [];
  if (rule === undefined || contentValue === undefined || more.length > 0)
    throw new Error('a variant must be a rule and its content');
  const content = contentOf(contentValue);
  if (content === undefined) throw new Error('the content of a variant must be a JSON object');
  return { rule: compileRule(rule, flag), content };
}

function contentOf(value: dom.Value): string | undefined {
  if (value.getType() !== IonTypes.STRING) return undefined;
  try {
    const variant: unknown = JSON.parse(value.stringValue() ?? '');
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
