/** The JSON Schema of `TELEMETRY_CONFIG`, for editors: the shapes that the reader checks, and the settings of each destination. */
import { configShape, definitions } from '../extensions/telemetry/config/config-shapes.ts';
import { referenceKinds } from '../extensions/telemetry/config/reference.ts';
import type { Destination } from '../extensions/telemetry/exporters/exporter.ts';
import type { Setting } from '../foundation/settings.ts';

export function telemetrySchema(destinations: readonly Destination[]): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'TELEMETRY_CONFIG of lambda-node-extended',
    ...configShape,
    properties: {
      ...configShape.properties,
      destinations: {
        ...configShape.properties?.destinations,
        additionalProperties: {
          type: 'object',
          properties: {
            type: { description: 'What kind of destination it is.', enum: destinations.map(({ name }) => name) },
          },
          required: ['type'],
          allOf: destinations.map(({ name }) => ({
            if: { properties: { type: { const: name } }, required: ['type'] },
            // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
            then: { $ref: `#/$defs/${name}` },
          })),
        },
      },
    },
    $defs: {
      reference: REFERENCE,
      match: definitions.match,
      route: { ...definitions.route, allOf: ROUTE_RULES },
      ...Object.fromEntries(destinations.map((destination) => [destination.name, destinationSchema(destination)])),
    },
  };
}

/** What the reader checks of a route beyond the shapes of its parts. */
const ROUTE_RULES = [
  {
    if: { properties: { drop: { const: true } }, required: ['drop'] },
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    then: { not: { anyOf: [{ required: ['sample'] }, { required: ['add'] }, { required: ['to'] }] } },
    else: { anyOf: [{ required: ['sample'] }, { required: ['add'] }, { required: ['to'] }] },
  },
  {
    if: { required: ['sample'] },
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    then: {
      properties: {
        match: {
          properties: {
            signal: { not: { anyOf: [{ const: 'metrics' }, { type: 'array', contains: { const: 'metrics' } }] } },
          },
        },
      },
    },
  },
];

function destinationSchema({ name, settings }: Destination): object {
  const properties = Object.entries(settings).map(([key, setting]) => [
    key,
    { description: describe(setting), anyOf: [...valuesOf(setting), { $ref: '#/$defs/reference' }] },
  ]);
  return {
    type: 'object',
    properties: { type: { const: name }, ...Object.fromEntries(properties) },
    additionalProperties: false,
  };
}

function describe({ purpose, variable, fallback }: Setting<unknown>): string {
  const isShown = typeof fallback !== 'object' && fallback !== undefined && fallback !== '';
  return `${purpose} Default: the variable ${variable}${isShown ? `, or ${fallback}` : ''}.`;
}

/** The type of a setting follows from its description and from its parser. */
function valuesOf(setting: Setting<unknown>): object[] {
  const { expected } = setting;
  const [, from, to] = /^a whole number from (\S+) to (\S+)$/.exec(expected) ?? [];
  if (from !== undefined) return [{ type: 'integer', minimum: Number(from), maximum: Number(to) }, DIGITS];
  const [, words] = /^one of (.+)$/.exec(expected) ?? [];
  if (words !== undefined) return [{ enum: words.split(', ') }];
  if (expected === 'a number from 0 to 1') return [{ type: 'number', minimum: 0, maximum: 1 }];
  if (typeof setting.read('true').value === 'boolean') return [{ enum: [true, false, 'true', 'false'] }];
  if (Array.isArray(setting.read('a').value)) return [{ type: 'string' }, { type: 'array', items: { type: 'string' } }];
  if (typeof setting.read('{"a":"b"}').value === 'object') {
    return [{ type: 'string' }, { type: 'object', additionalProperties: { type: 'string' } }];
  }
  return [{ type: ['string', 'number', 'boolean'] }];
}

const DIGITS = { type: 'string', pattern: '^\\d+$' };
const REFERENCE = {
  description: 'A text with values of AWS Secrets Manager, Parameter Store or KMS in it.',
  type: 'string',
  pattern: `\\$\\{(${referenceKinds.join('|')}):[^}]+\\}`,
};
