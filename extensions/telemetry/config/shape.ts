/** The part of JSON Schema that the configuration needs. The schema file for editors is generated from the same shapes. */
export interface Shape {
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'boolean';
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape | false;
  readonly items?: Shape;
  readonly minItems?: number;
  /** Alternatives of different types. */
  readonly anyOf?: readonly Shape[];
  /** `#/$defs/NAME` */
  readonly $ref?: string;
}

export type Definitions = Readonly<Record<string, Shape>>;

/** The mistakes in a value, each with its path in the document. Quotes only short words and numbers of the wrong kind. */
export function violations(shape: Shape, value: unknown, path: string, definitions: Definitions, depth = 0): string[] {
  if (depth > DEEPEST) return [`${path}: is nested more than ${DEEPEST} deep`];
  const { $ref, anyOf } = shape;
  if ($ref !== undefined)
    return violations(definitions[$ref.slice(DEFINITIONS.length)] ?? {}, value, path, definitions, depth);
  if (anyOf !== undefined) {
    const alike = anyOf.find(({ type }) => type === typeOf(value));
    return alike === undefined ? [wrongType(shape, value, path)] : violations(alike, value, path, definitions, depth);
  }
  if (shape.type !== undefined && shape.type !== typeOf(value)) return [wrongType(shape, value, path)];
  if (Array.isArray(value)) return violationsOfList(shape, value, path, definitions, depth);
  if (isObject(value)) return violationsOfObject(shape, value, path, definitions, depth);
  return isAllowed(shape, value) ? [] : [`${path}: is ${shown(value)}; expected ${describe(shape)}`];
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function violationsOfList(
  { items = {}, minItems = 0 }: Shape,
  list: readonly unknown[],
  path: string,
  definitions: Definitions,
  depth: number,
): string[] {
  if (list.length < minItems) return [`${path}: is empty`];
  return list.flatMap((item, index) => violations(items, item, `${path}[${index}]`, definitions, depth + 1));
}

function violationsOfObject(
  { properties = {}, additionalProperties = {} }: Shape,
  object: Readonly<Record<string, unknown>>,
  path: string,
  definitions: Definitions,
  depth: number,
): string[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const keyPath = path === '' ? key : `${path}.${key}`;
    const shape = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (shape !== undefined && shape !== false) return violations(shape, value, keyPath, definitions, depth + 1);
    return [`${keyPath}: unknown; expected ${Object.keys(properties).join(', ')}`];
  });
}

function isAllowed({ enum: words, minimum = -Infinity, maximum = Infinity }: Shape, value: unknown): boolean {
  if (typeof value === 'number') return value >= minimum && value <= maximum;
  return words === undefined || words.includes(value as string);
}

function wrongType(shape: Shape, value: unknown, path: string): string {
  const type = typeOf(value);
  return `${path}: is ${type === 'null' ? type : TYPES[type]}; expected ${describe(shape)}`;
}

function describe({ type, enum: words, minimum, maximum, anyOf }: Shape): string {
  if (anyOf !== undefined) return anyOf.map(describe).join(' or ');
  if (words !== undefined) return `one of ${words.join(', ')}`;
  if (minimum !== undefined && maximum !== undefined) return `a number from ${minimum} to ${maximum}`;
  return type === undefined ? 'a value' : TYPES[type];
}

function typeOf(value: unknown): keyof typeof TYPES | 'null' {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : (typeof value as keyof typeof TYPES);
}

function shown(value: unknown): string {
  return JSON.stringify(typeof value === 'string' ? value.slice(0, LONGEST_SHOWN) : value);
}

const TYPES = {
  object: 'an object',
  array: 'a list',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
} as const;
const DEFINITIONS = '#/$defs/';
const LONGEST_SHOWN = 40;
/** A document that is nested deeper is a mistake, and following it could overflow the stack. */
const DEEPEST = 32;
