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
    'Which items: all that is given must hold, of several values any. In texts `*` stands for any characters.',
  type: 'object',
  properties: {
    signal: oneOrMore(word('logs', 'metrics', 'traces'), 'What kind of telemetry it is.'),
    origin: oneOrMore(word('function', 'extension', 'platform', 'otlp'), 'Where it was made.'),
    type: oneOrMore(text, 'The type of the telemetry record, e.g. `platform.report`.'),
    minLevel: {
      description: 'Logs of this level or a worse one. Without a level a log is `info`.',
      ...word(...levels),
    },
    maxLevel: { description: 'Logs of this level or a lesser one.', ...word(...levels) },
    name: oneOrMore(text, 'The name of a metric or span.'),
    attributes: {
      description: 'Attributes by their names; each must be there and match.',
      type: 'object',
      additionalProperties: oneOrMore(text, 'The attribute’s value.'),
    },
    text: oneOrMore(text, 'The text of a log; JSON where it is no text.'),
    not: { description: 'Must not match.', $ref: '#/$defs/match' },
  },
  additionalProperties: false,
};

const routeShape: Shape = {
  description: 'What happens to the items that match.',
  type: 'object',
  properties: {
    match: { $ref: '#/$defs/match' },
    drop: { description: 'Drops them.', type: 'boolean' },
    sample: {
      description: 'Keeps this share of traces, or of invocations, with errors and metrics always.',
      type: 'number',
      minimum: 0,
      maximum: 1,
    },
    add: {
      description: 'Adds attributes.',
      type: 'object',
      additionalProperties: { anyOf: [text, { type: 'number' }, { type: 'boolean' }] },
    },
    to: oneOrMore(text, 'Sends them to these destinations, by name, and no further.'),
    continue: { description: 'Lets later routes have them, too, after `to`.', type: 'boolean' },
  },
  additionalProperties: false,
};

export const definitions: Definitions = { match: matchShape, route: routeShape };

/** The whole document, but for the settings of destinations. */
export const configShape: Shape = {
  type: 'object',
  properties: {
    $schema: text,
    destinations: {
      description: 'Where telemetry goes, by names of your choice.',
      type: 'object',
      additionalProperties: { type: 'object' },
    },
    failover: {
      description: 'The name of the destination that gets what others did not take before the environment ends.',
      ...text,
    },
    routes: {
      description: 'What goes where, in order; without any, everything goes everywhere.',
      type: 'array',
      items: { $ref: '#/$defs/route' },
    },
  },
  additionalProperties: false,
};
