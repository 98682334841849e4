import { levels } from '../routes/route.ts';
import type { Definitions, Shape } from './shape.ts';

const oneOrMore = (item: Shape, description: string): Shape => ({
  description,
  anyOf: [item, { type: 'array', items: item, minItems: 1 }],
});
const text: Shape = { type: 'string' };
const word = (...words: string[]): Shape => ({ type: 'string', enum: words });

const matchShape: Shape = {
  description:
    'Which items match: every condition must hold, and of several values any one. In texts `*` stands for any characters.',
  type: 'object',
  properties: {
    signal: oneOrMore(word('logs', 'metrics', 'traces'), 'The kind of telemetry.'),
    origin: oneOrMore(word('function', 'extension', 'platform', 'otlp'), 'Who made it.'),
    type: oneOrMore(text, 'The type of the telemetry record, e.g. `platform.report`.'),
    minLevel: {
      description: 'Logs of this level or a more severe one. A log without a level counts as `info`.',
      ...word(...levels),
    },
    maxLevel: { description: 'Logs of this level or a less severe one.', ...word(...levels) },
    name: oneOrMore(text, 'The name of a metric or span.'),
    attributes: {
      description: 'Attributes by name; each must be present and match.',
      type: 'object',
      additionalProperties: oneOrMore(text, 'The attribute’s value.'),
    },
    text: oneOrMore(text, 'The text of a log; the JSON of a log that is not a text.'),
    not: { description: 'Items that match this are excluded.', $ref: '#/$defs/match' },
  },
  additionalProperties: false,
};

const routeShape: Shape = {
  description: 'What happens to matching items.',
  type: 'object',
  properties: {
    match: { $ref: '#/$defs/match' },
    drop: { description: 'Drops the items.', type: 'boolean' },
    sample: {
      description: 'Keeps this share of traces or invocations, from 0 to 1. Errors and metrics are always kept.',
      type: 'number',
      minimum: 0,
      maximum: 1,
    },
    add: {
      description: 'Adds these attributes.',
      type: 'object',
      additionalProperties: { anyOf: [text, { type: 'number' }, { type: 'boolean' }] },
    },
    to: oneOrMore(text, 'Sends the items to these destinations, by name, and skips later routes.'),
    continue: { description: 'Applies later routes as well, after `to`.', type: 'boolean' },
  },
  additionalProperties: false,
};

export const definitions: Definitions = { match: matchShape, route: routeShape };

/** The whole document, except for the settings of destinations. */
export const configShape: Shape = {
  type: 'object',
  properties: {
    $schema: text,
    destinations: {
      description: 'Where telemetry goes; the names are your choice.',
      type: 'object',
      additionalProperties: { type: 'object' },
    },
    failover: {
      description: 'The name of the destination that gets what others did not take when the environment ends.',
      ...text,
    },
    routes: {
      description: 'What goes where, in order. Without routes everything goes to all destinations.',
      type: 'array',
      items: { $ref: '#/$defs/route' },
    },
  },
  additionalProperties: false,
};
