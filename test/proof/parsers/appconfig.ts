import fc from 'fast-check';
import { answerFrom } from '../../../extensions/appconfig/answers.ts';
import { hasEtag } from '../../../extensions/appconfig/etag.ts';
import { UnusableConfigurationError } from '../../../extensions/appconfig/explain-failure.ts';
import { readContext } from '../../../extensions/appconfig/flags/context.ts';
import { manifestPlace, readManifest } from '../../../extensions/appconfig/manifest.ts';
import { prepare } from '../../../extensions/appconfig/prepare.ts';
import { parseProfile } from '../../../extensions/appconfig/profile.ts';
import { proxyOf } from '../../../extensions/appconfig/proxy.ts';
import { route } from '../../../extensions/appconfig/routes.ts';
import { deployedFlags } from '../../../extensions/appconfig/sources/stored-flags.ts';
import { problemsOf } from '../../../extensions/appconfig/validate/json-schema.ts';
import { changedJson, hostileJsonText } from '../inputs/hostile-json.ts';
import { hostileText } from '../inputs/hostile-text.ts';
import { mutatedText } from '../inputs/mutate.ts';
import { parser } from '../parser.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const key = 'app:env:flags';

const documents = [
  `'colorway'::[ [ (contains $userId "beta"), '''{"_variant": "A", "enabled": true}''' ],
    [ (split by::$userId pct::10 seed::"s"), '''{"_variant": "B", "enabled": true}''' ], '''{"enabled": false}''' ]`,
  `'b'::'''{"enabled": true}''' 'f'::[ [ (and (exists key::"a") (not (eq $a 1)) (in $b ["x", 2, 2024-01])), '''{}''' ], '''{}''' ]`,
  `'t'::[ [ (or (gte $at 2024-01-02T03:04:05Z) (matches in::$mail pattern::"(?i)^([a-z]+)+@")), '''{"n":1}''' ], '''{"n":2}''' ]`,
];
const atom = fc.constantFrom(
  '$userId',
  '$a',
  '"text"',
  '1',
  '2.5e3',
  '2024-01-01T00:00Z',
  'true',
  'null',
  'sym',
  '[1,"a",$a]',
);
const rule = fc.letrec<{ rule: string }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 4 },
    fc
      .tuple(fc.constantFrom('eq', 'gt', 'lte', 'contains', 'begins_with', 'ends_with', 'in'), atom, atom)
      .map(asExpression),
    fc
      .tuple(
        fc.constant('exists'),
        hostileText.map((name) => `key::${JSON.stringify(name)}`),
      )
      .map(asExpression),
    fc
      .tuple(
        fc.constant('split'),
        atom.map((by) => `by::${by}`),
        fc.double().map((pct) => `pct::${pct}`),
      )
      .map(asExpression),
    fc
      .tuple(
        fc.constant('matches'),
        atom.map((text) => `in::${text}`),
        fc.constantFrom('a+', '(a|b)*c', '[z-a]', '(?i)x', '^$', '(?=a)a'),
      )
      .map(([operator, subject, pattern]) => asExpression([operator, subject, `pattern::${JSON.stringify(pattern)}`])),
    fc.tuple(fc.constantFrom('and', 'or', 'not', 'nothing'), tie('rule'), tie('rule')).map(asExpression),
  ),
})).rule;
const contexts = fc.oneof(
  mutatedText(['userId=beta-1, a=1, b=x', 'mail=aaaa@b, at=2024-05', '{"userId":"u","a":{"b":1}}']),
  hostileText,
);
const schemas = [
  {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: { a: { type: 'integer', minimum: 1 } },
  },
  {
    anyOf: [{ $ref: '#/$defs/x' }, { not: { enum: [1, 'a'] } }],
    $defs: { x: { pattern: '^[a-z]+$', format: 'email' } },
  },
  { type: 'array', uniqueItems: true, items: { type: 'string', maxLength: 3 }, contains: { const: 'a' } },
];

const stored = [
  {
    version: '1',
    flags: { f: { name: 'f' }, g: {} },
    values: {
      f: {
        _variants: [
          { name: 'a', enabled: true, attributeValues: { n: 1.5 }, rule: '(matches in::$userId pattern::"\\\\pL+$")' },
          { name: 'b', enabled: false },
        ],
      },
      g: { enabled: true, _createdAt: 'x', text: "it's" },
    },
  },
  { f: { _variants: [{ name: 'a', enabled: true }] } },
];

async function prepared(content: string, contentType: string, schema?: object) {
  return prepare({ content: Buffer.from(content), contentType, version: 'v1' } as never, {
    key,
    schema,
    announceWork: () => undefined,
    log: silent as never,
  });
}

const wish = (flags: string[]) => ({ kind: 'read', flags, flagsKey: JSON.stringify(flags), waitMs: 0 }) as never;
const refuses = (error: unknown) => error instanceof UnusableConfigurationError;

export const appConfigParsers = [
  parser({
    name: 'AppConfig’s flags in Amazon Ion, with contexts',
    inputs: fc.tuple(fc.oneof(mutatedText(documents), hostileText), contexts),
    start:
      () =>
      async ([document, context]) => {
        const configuration = await prepared(document, 'application/ion');
        answerFrom(configuration, wish([]), context);
        answerFrom(configuration, wish(['t', 'f']), context);
      },
    refuses,
  }),
  parser({
    name: 'AppConfig’s rules, with contexts',
    inputs: fc.tuple(rule, contexts),
    start:
      () =>
      async ([one, context]) => {
        const configuration = await prepared(`'f'::[ [ ${one}, '''{"n":1}''' ], '''{"n":2}''' ]`, 'application/ion');
        const { status } = answerFrom(configuration, wish(['f']), context);
        if (status !== 200 && status !== 400) throw new Error(`status ${status}`);
      },
    refuses,
  }),
  parser({
    name: 'AppConfig’s flags in JSON',
    inputs: fc.tuple(
      hostileJsonText([{ checkout: { enabled: true, steps: 3 }, banner: { enabled: false, text: 'a' } }]),
      contexts,
    ),
    start:
      () =>
      async ([document, context]) => {
        const configuration = await prepared(document, 'application/json');
        answerFrom(configuration, wish([]), context);
        answerFrom(configuration, wish(['checkout', '__proto__']), context);
      },
  }),
  parser({
    name: 'AppConfig’s flags as it stores them, with contexts',
    inputs: fc.tuple(hostileJsonText(stored), contexts),
    start:
      () =>
      async ([document, context]) => {
        const deployed = deployedFlags(document);
        if (deployed === undefined) return;
        const configuration = await prepared(deployed.content, deployed.contentType);
        answerFrom(configuration, wish([]), context);
      },
  }),
  parser({
    name: 'the header Context',
    inputs: contexts,
    start: () => readContext,
  }),
  parser({
    name: 'JSON Schema, and what it checks',
    inputs: fc.tuple(
      changedJson(schemas).filter((schema) => typeof schema === 'object' && schema !== null),
      hostileJsonText([{ a: 1 }, ['a']]),
    ),
    start:
      () =>
      ([schema, text]) =>
        problemsOf(text, schema as object),
    // A schema that is none: the deployment is refused, and the version before stays.
    refuses: (error) => error instanceof Error,
  }),
  parser({
    name: 'AppConfig’s routes and small headers',
    inputs: fc.tuple(
      fc.oneof(
        mutatedText([
          '/applications/a/environments/b/configurations/c?flag=x&wait=5s',
          '/applications/%41/environments/%/configurations/c',
        ]),
        hostileText,
      ),
      fc.oneof(mutatedText(['"abc", W/"def"', '*']), hostileText),
    ),
    start:
      () =>
      ([url, header]) => {
        route({ method: 'GET', url });
        parseProfile(url);
        hasEtag(header, '"abc"');
        proxyOf(url, [header], silent as never);
      },
  }),
  parser({
    name: 'AppConfig’s manifest',
    inputs: hostileJsonText([
      {
        'App:Env:Flags': {
          credentials: { roleArn: 'arn:aws:iam::1:role/a', credentialsDuration: '2h' },
          writeTo: { path: '/tmp/a' },
        },
      },
      { 'a:b:c': { schema: { type: 'object' } }, 'a:b': {} },
    ]),
    start: () => async (text) => {
      manifestPlace(text);
      await readManifest(text, () => undefined);
    },
  }),
];

function asExpression([operator, ...operands]: readonly string[]): string {
  return `(${operator} ${operands.join(' ')})`;
}
