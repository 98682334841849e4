import fc from 'fast-check';
import { readConfig } from '../../../extensions/telemetry/config/config.ts';
import { fillIn, findReferences } from '../../../extensions/telemetry/config/reference.ts';
import { referenceResolver } from '../../../extensions/telemetry/config/references.ts';
import { destinationTypes } from '../../../extensions/telemetry/exporters/catalog.ts';
import { readFlushMode } from '../../../extensions/telemetry/flush/flush-strategy.ts';
import { redactor } from '../../../extensions/telemetry/redact/redact.ts';
import { compilePatterns } from '../../../extensions/telemetry/redact/search.ts';
import { globs } from '../../../extensions/telemetry/routes/glob.ts';
import { compileRoutes } from '../../../extensions/telemetry/routes/select.ts';
import { readSettings } from '../../../foundation/settings.ts';
import { oneOfEach } from '../../support/builders/exporter-items.ts';
import { aLog } from '../../support/builders/telemetry-items.ts';
import { hostileJson, hostileJsonText } from '../inputs/hostile-json.ts';
import { hostileText } from '../inputs/hostile-text.ts';
import { mutatedText } from '../inputs/mutate.ts';
import { parser } from '../parser.ts';

const config = {
  destinations: {
    main: { type: 'splunk-hec', url: 'https://splunk:8088', token: '${ssm:/splunk/token}', index: 'main' },
    audit: { type: 'http', url: 'https://vendor', headers: 'a=b,c=d', format: 'json' },
    aws: { type: 'cloudwatch-logs', logGroup: 'group' },
  },
  failover: 'audit',
  routes: [
    { match: { signal: ['logs', 'traces'], minLevel: 'warn', text: '*boom*' }, to: ['main'], continue: true },
    { match: { attributes: { team: ['a*', '*b'] }, not: { type: 'platform.*' } }, add: { a: 1 }, sample: 0.5 },
    { match: { origin: 'function', name: 'x' }, drop: true },
  ],
};
const references = [
  '${ssm:/team/key}',
  'a=${secretsmanager:prod/db#password},b=${kms:AQICAHh=}',
  '{"a":"${secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:a-b#c.d}"}',
];
const patterns = [
  '[A-Za-z0-9+/=_-]{40,500}',
  '(?i)bearer [a-z0-9._~+/-]+=*',
  '\\b\\d{4}[- ]\\d{4}\\b',
  '(a|aa)+$',
  '(.*a){12}b',
];
const destinations = ['main', 'audit', 'aws'];

const pattern = fc.oneof(
  mutatedText(patterns),
  hostileText,
  fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('a', '\\w', '\\d', '.', '\\b', '^', '$', '[^a]', 'ab', '\\u00e4'),
      fc.tuple(tie('pattern'), tie('pattern')).map((both) => both.join('')),
      fc.tuple(tie('pattern'), tie('pattern')).map((both) => both.join('|')),
      fc
        .tuple(tie('pattern'), fc.constantFrom('+', '*', '?', '{2,40}', '{9}', '{0,200}'))
        .map(([inner, times]) => `(${inner})${times}`),
    ),
  })).pattern,
);
const longText = fc.oneof(
  hostileText,
  fc
    .tuple(fc.constantFrom('a', 'ab', 'word ', '1234-', 'aB3+'), fc.nat(4_000), hostileText)
    .map(([u, n, end]) => u.repeat(n) + end),
);

/** A step looks at one state of the patterns. So many are allowed a character, whatever the pattern. */
const MOST_STEPS_A_CHARACTER = 20_000;

export const telemetrySettingParsers = [
  parser({
    name: 'TELEMETRY_CONFIG',
    inputs: hostileJsonText([config, { destinations: {} }]),
    start: () => async (text) => {
      const input = { text, types: ['http', text], catalog: destinationTypes, readFile: () => text };
      const { config: read } = await readConfig({
        ...input,
        settings: (declarations) => readSettings(declarations, {}).values,
      });
      const select = compileRoutes(read?.routes ?? [], destinations);
      for (const item of oneOfEach)
        select(
          { ...item },
          () => undefined,
          () => 0.5,
        );
    },
  }),
  parser({
    name: 'references to secrets in settings',
    inputs: fc.tuple(fc.oneof(mutatedText(references), hostileText), hostileText),
    start:
      () =>
      ([text, value]) => {
        const found = findReferences(text);
        if (fillIn(text, new Map()) !== text) throw new Error('a text without values changed');
        fillIn(text, new Map(found.map((reference) => [reference.text, value])));
      },
  }),
  parser({
    name: 'AWS’s answers for such references',
    inputs: fc.tuple(
      mutatedText(references),
      fc.oneof(hostileJson, hostileJsonText([{ a: { b: 'c' } }]).map(asSecret)),
    ),
    start:
      () =>
      async ([text, answer]) => {
        const resolver = referenceResolver({
          aws: async () => answer as never,
          functionName: 'f',
          warn: () => undefined,
        });
        await resolver.resolve({ key: text }, new AbortController().signal);
      },
  }),
  parser({
    name: 'redaction patterns, with texts',
    inputs: fc.tuple(pattern, longText),
    start:
      () =>
      ([source, text]) => {
        const compiled = compilePatterns([source]);
        compiled.ranges(text);
        const most = MOST_STEPS_A_CHARACTER * (text.length + 1);
        if (compiled.steps() > most) throw new Error(`${compiled.steps()} steps, more than ${most}`);
      },
    refuses: (error) => error instanceof SyntaxError || error instanceof RangeError || isRefusedPattern(error),
  }),
  parser({
    name: 'redaction of values and keys',
    inputs: fc.tuple(fc.array(hostileText, { maxLength: 6 }), hostileJson, longText),
    start() {
      const { redact, setValues } = redactor({
        keys: ['password', '*token*', '__proto__'],
        patterns: ['[a-z]{40,90}'],
      });
      return ([values, attributes, body]) => {
        setValues(new Set(values));
        const line = aLog(`${body}${values[0] ?? ''}`, { attributes: { ...(attributes as object) } as never });
        const [redacted] = redact([line]);
        const shown = JSON.stringify(redacted);
        // A short value would hide words of the log itself, so it may stay.
        const inJson = (value: string) => JSON.stringify(value).slice(1, -1);
        const leaked = values.find((value) => value.length >= 16 && shown.includes(inJson(value)));
        // Names of fields are not redacted.
        if (leaked !== undefined && !JSON.stringify(attributes).includes(inJson(leaked)))
          throw new Error('a value was not hidden');
      };
    },
  }),
  parser({
    name: 'globs and routes',
    inputs: fc.tuple(
      fc.array(fc.oneof(mutatedText(['*boom*', 'a*b*c', 'platform.*']), hostileText), { maxLength: 4 }),
      longText,
    ),
    start:
      () =>
      ([some, text]) =>
        globs(some)(text),
  }),
  parser({
    name: 'flush modes',
    inputs: fc.oneof(mutatedText(['adaptive', 'periodic,1000', 'continuous,25']), hostileText),
    start: () => readFlushMode,
  }),
];

function asSecret(text: string): object {
  return { SecretString: text, Parameter: { Value: text }, Plaintext: Buffer.from(text).toString('base64') };
}

function isRefusedPattern(error: unknown): boolean {
  return error instanceof Error && /states|not supported|longer than/.test(error.message);
}
