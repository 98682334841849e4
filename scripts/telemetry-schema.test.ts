import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../extensions/telemetry/config/config.ts';
import { settingsOf } from '../extensions/telemetry/config/configured-destination.ts';
import { destinationTypes } from '../extensions/telemetry/exporters/catalog.ts';
import { readSettings } from '../foundation/settings.ts';
import { telemetrySchema } from './telemetry-schema.ts';

const destinations = await Promise.all([...destinationTypes.values()].map((load) => load()));
const schema = telemetrySchema(destinations);
const validate = new Ajv2020({
  allowUnionTypes: true,
  allErrors: true,
  strictRequired: false,
  strictTypes: false,
}).compile(schema);

/** Whatever the document leaves out. */
const everyVariable = Object.fromEntries(
  destinations.flatMap(({ settings, required }) =>
    required.map((key) => [settings[key]?.variable, 'https://example.com']),
  ),
);

async function problemsOf(text: string, types: readonly string[] = []): Promise<string[]> {
  const { config, problems } = await readConfig({
    text,
    types,
    catalog: destinationTypes,
    readFile: (path) => readFileSync(path, 'utf8'),
    settings: (declarations) => readSettings(declarations, everyVariable).values,
  });
  const inSettings = config?.destinations.flatMap((one) => settingsOf(one, one.texts).problems) ?? [];
  return [...problems, ...inSettings];
}

describe('the examples of the docs', () => {
  const page = readFileSync(new URL('../docs/telemetry-config.md', import.meta.url), 'utf8');
  const examples = [...page.matchAll(/^```json\n([\s\S]*?)^```$/gm)]
    .map(([, example = '']) => example)
    .filter((example) => !example.includes('"Statement"'));

  it('are some', () => {
    expect(examples.length).toBeGreaterThan(4);
  });

  it.each(examples)('are read without a problem, and fit the schema: %s', async (example) => {
    validate(JSON.parse(example));

    expect(validate.errors).toBeNull();
    expect(await problemsOf(example)).toEqual([]);
  });
});

describe('schema and reader', () => {
  const main = { type: 'splunk-hec', url: 'https://splunk:8088', token: 't' };
  const route = (one: object) => ({ destinations: { main }, routes: [one] });
  const destination = (settings: object) => ({ destinations: { x: settings } });
  const http = (settings: object) => destination({ type: 'http', url: 'https://x', ...settings });

  it.each<[object]>([
    [{}],
    [{ $schema: './x.json', destinations: {}, routes: [] }],
    [{ destinations: { main, spare: main }, failover: 'spare' }],
    [route({ drop: true })],
    [route({ match: {}, drop: true, continue: false })],
    [route({ drop: false, to: 'main' })],
    [route({ sample: 0 })],
    [
      route({
        match: { signal: ['logs', 'traces'] },
        sample: 1,
        add: { a: 'x', b: 1, c: true },
        to: ['main'],
        continue: true,
      }),
    ],
    [
      route({
        match: {
          signal: 'logs',
          origin: ['function', 'otlp'],
          type: 'function',
          minLevel: 'trace',
          maxLevel: 'fatal',
          name: ['a*', '*b'],
          attributes: { a: 'x*', b: ['y', 'z'] },
          text: '*x*',
          not: { not: { text: '' } },
        },
        to: 'main',
      }),
    ],
    ...destinations.map(({ name }): [object] => [destination({ type: name })]),
    [http({ maxBytes: 20_000, format: 'json', headers: { a: 'b' } })],
    [http({ maxBytes: '20000', headers: 'a=b', format: 'json' })],
    [
      destination({
        type: 'otlp',
        endpoint: 'https://x',
        headers: { 'api-key': `\${ssm:/key}` },
        logsProtocol: 'http/json',
      }),
    ],
    [destination({ type: 'datadog', apiKey: 'k', tags: ['a:b'], version: 3 })],
    [destination({ type: 'datadog', apiKey: 'k', tags: 'a:b' })],
    [destination({ type: 'firehose', stream: 's', isAggregated: true })],
  ])('both accept %j', async (document) => {
    validate(document);

    expect(validate.errors).toBeNull();
    expect(await problemsOf(JSON.stringify(document))).toEqual([]);
  });

  it.each<[object]>([
    [{ rotes: [] }],
    [{ routes: {} }],
    [{ routes: 'x' }],
    [{ failover: 3 }],
    [{ destinations: [] }],
    [{ destinations: { main: 'x' } }],
    [{ destinations: { main: {} } }],
    [{ destinations: { main: { type: 'splunk' } } }],
    [{ destinations: { main: { ...main, tokn: 'x' } } }],
    [{ destinations: { main: { ...main, index: ['a'] } } }],
    [{ destinations: { main: { ...main, index: null } } }],
    [route({})],
    [route({ match: {} })],
    [route({ drop: false })],
    [route({ drop: 'yes' })],
    [route({ drop: true, to: 'main' })],
    [route({ drop: true, sample: 0.5 })],
    [route({ sample: 1.1 })],
    [route({ sample: -0.1 })],
    [route({ sample: '0.5' })],
    [route({ match: { signal: 'metrics' }, sample: 0.5 })],
    [route({ match: { signal: ['logs', 'metrics'] }, sample: 0.5 })],
    [route({ to: [] })],
    [route({ to: 5 })],
    [route({ add: { a: null }, to: 'main' })],
    [route({ add: 'a', to: 'main' })],
    [route({ too: 'main' })],
    [route({ match: { level: 'debug' }, to: 'main' })],
    [route({ match: { minLevel: 'DEBUG' }, to: 'main' })],
    [route({ match: { minLevel: ['debug'] }, to: 'main' })],
    [route({ match: { signal: 'spans' }, to: 'main' })],
    [route({ match: { signal: [] }, to: 'main' })],
    [route({ match: { origin: ['function', 'me'] }, to: 'main' })],
    [route({ match: { attributes: { a: 5 } }, to: 'main' })],
    [route({ match: { not: { txt: 'x' } }, to: 'main' })],
    [route({ match: { not: [] }, to: 'main' })],
    [http({ maxBytes: 5 })],
    [http({ maxBytes: 20_000.5 })],
    [http({ maxBytes: 'many' })],
    [http({ maxBytes: true })],
    [http({ format: 'xml' })],
    [http({ headers: { a: 5 } })],
    [http({ headers: ['a=b'] })],
    [http({ url: { a: 'b' } })],
    [destination({ type: 'otlp', endpoint: 'https://x', headers: { a: 5 } })],
    [destination({ type: 'datadog', apiKey: 'k', tags: { a: 'b' } })],
    [destination({ type: 'firehose', stream: 's', isAggregated: 'perhaps' })],
  ])('both refuse %j', async (document) => {
    expect(validate(document)).toBe(false);
    expect(await problemsOf(JSON.stringify(document))).not.toEqual([]);
  });

  it('agree on routes of any make', async () => {
    const oneOf = (...values: unknown[]) => fc.constantFrom(...values);
    const some = { requiredKeys: [] };
    const signals = oneOf('logs', 'metrics', ['logs'], ['traces', 'metrics'], [], 'spans', 5);
    const texts = oneOf('a*', ['a', 'b'], [], '', null, 5);
    const conditions = { signal: signals, type: texts, minLevel: oneOf('warn', 'loud'), text: texts };
    const match = fc.oneof(
      fc.record(
        { ...conditions, attributes: oneOf({}, { a: 'x' }, { a: 5 }, []), not: fc.record(conditions, some) },
        some,
      ),
      oneOf(null, 'logs', []),
    );
    const anyRoute = fc.record(
      {
        match,
        drop: oneOf(true, false, 'yes'),
        sample: oneOf(0, 0.5, 1, 2, '1'),
        add: oneOf({}, { a: 1 }, { a: [] }, 'a'),
        to: oneOf('main', ['main'], [], 5),
        continue: oneOf(true, 'yes'),
      },
      some,
    );

    await fc.assert(
      fc.asyncProperty(anyRoute, async (one) => {
        const document = route(one);

        expect((await problemsOf(JSON.stringify(document))).length === 0).toBe(validate(document));
      }),
      { numRuns: 2_000 },
    );
  });
});
