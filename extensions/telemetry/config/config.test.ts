import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Environment, readSettings } from '../../../foundation/settings.ts';
import { datadog } from '../exporters/datadog.ts';
import type { DestinationType } from '../exporters/exporter.ts';
import { http } from '../exporters/http.ts';
import { splunkHec } from '../exporters/splunk-hec.ts';
import { readConfig } from './config.ts';
import { settingsOf } from './configured-destination.ts';

const catalog = new Map<string, () => Promise<DestinationType>>([
  ['splunk-hec', async () => splunkHec],
  ['datadog', async () => datadog],
  ['http', async () => http],
]);

async function read(document: unknown, environment: Environment = {}, files: Record<string, string> = {}) {
  const { config, problems } = await readConfig({
    text: typeof document === 'string' || document === undefined ? document : JSON.stringify(document),
    types: environment.TELEMETRY_DESTINATIONS?.split(',') ?? [],
    catalog,
    readFile(path) {
      const content = files[path];
      if (content === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
      return content;
    },
    settings: (declarations) => readSettings(declarations, environment).values,
  });
  const destinations = config?.destinations.map(({ name, type, texts }) => [name, type.name, texts]);
  return { ...config, config, destinations, problems };
}

const splunk = { type: 'splunk-hec', url: 'https://splunk:8088', token: 't' };
const splunkVariables = { SPLUNK_HEC_URL: 'https://hec', SPLUNK_HEC_TOKEN: 'from a variable' };

it('reports what is nested very deeply, and uses the rest', async () => {
  const deep = `${'['.repeat(5_000)}1${']'.repeat(5_000)}`;
  const { destinations, problems } = await read(
    `{"destinations":{"main":${JSON.stringify(splunk)},"deep":${deep}},"routes":[{"match":${deep},"drop":true}]}`,
  );

  expect(destinations).toHaveLength(1);
  expect(problems).toContainEqual(expect.stringMatching(/^destinations\.deep(\[0\])+: is nested more than 32 deep\./));
});

describe('destinations', () => {
  it('are those of the document, by its own names', async () => {
    const { destinations, problems } = await read({
      destinations: { main: splunk, audit: { ...splunk, index: 'audit' } },
    });

    expect(destinations).toEqual([
      ['main', 'splunk-hec', { url: 'https://splunk:8088', token: 't' }],
      ['audit', 'splunk-hec', { url: 'https://splunk:8088', token: 't', index: 'audit' }],
    ]);
    expect(problems).toEqual([]);
  });

  it('take from the vendor’s variables what the document leaves out', async () => {
    const { destinations } = await read(
      { destinations: { main: { type: 'splunk-hec', token: 'own' } } },
      splunkVariables,
    );

    expect(destinations).toEqual([['main', 'splunk-hec', { url: 'https://hec', token: 'own' }]]);
  });

  it('are types named by a variable, without any document', async () => {
    const { destinations, routes, problems } = await read(undefined, {
      TELEMETRY_DESTINATIONS: 'splunk-hec,datadog,splunk-hec',
      DD_API_KEY: 'key',
      ...splunkVariables,
    });

    expect(destinations?.map(([name, type]) => [name, type])).toEqual([
      ['splunk-hec', 'splunk-hec'],
      ['datadog', 'datadog'],
    ]);
    expect([routes, problems]).toEqual([[], []]);
  });

  it('are those of both, where the document’s go first', async () => {
    const { destinations } = await read(
      { destinations: { datadog: splunk } },
      { TELEMETRY_DESTINATIONS: 'datadog,splunk-hec', ...splunkVariables },
    );

    expect(destinations).toEqual([
      ['datadog', 'splunk-hec', { url: 'https://splunk:8088', token: 't' }],
      ['splunk-hec', 'splunk-hec', { url: 'https://hec', token: 'from a variable' }],
    ]);
  });

  it('may hold numbers, booleans, lists, objects and references', async () => {
    const { destinations, problems } = await read({
      destinations: {
        a: { type: 'http', url: '${ssm:/url}', maxBytes: 20_000, headers: { authorization: 'Bearer ${ssm:/t}' } },
        b: { type: 'datadog', apiKey: 'k', tags: ['a:1', 'b:2'], version: 3 },
      },
    });

    expect(problems).toEqual([]);
    expect(destinations?.map(([, , texts]) => texts)).toEqual([
      { url: '${ssm:/url}', maxBytes: '20000', headers: '{"authorization":"Bearer ${ssm:/t}"}' },
      { apiKey: 'k', tags: 'a:1,b:2', version: '3' },
    ]);
  });

  it('take a vendor’s variable that says where the key is', async () => {
    const environment = { DD_API_KEY_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:1:secret:dd' };

    const { destinations } = await read({ destinations: { dd: { type: 'datadog' } } }, environment);

    expect(destinations).toEqual([
      [
        'dd',
        'datadog',
        {
          apiKey:
            '${secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:dd#dd_api_key|apiKey|api_key|DD_API_KEY|}',
        },
      ],
    ]);
  });

  it('take the document’s key rather than such a variable', async () => {
    const environment = { DD_API_KEY_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:1:secret:dd' };

    const { destinations } = await read({ destinations: { dd: { type: 'datadog', apiKey: 'own' } } }, environment);

    expect(destinations).toEqual([['dd', 'datadog', { apiKey: 'own' }]]);
  });
});

describe('a document', () => {
  it('is read from a file that is named', async () => {
    const files = { '/var/task/telemetry.json': JSON.stringify({ destinations: { main: splunk } }) };

    const { destinations, problems } = await read('/var/task/telemetry.json', {}, files);

    expect(destinations?.map(([name]) => name)).toEqual(['main']);
    expect(problems).toEqual([]);
  });

  it.each([
    [
      '{"destinations": {"token": "hunter2"',
      'TELEMETRY_CONFIG is not valid JSON (line 1 column 37). Telemetry is off.',
    ],
    ['{hunter2}', 'TELEMETRY_CONFIG is not valid JSON (line 1 column 2). Telemetry is off.'],
    [
      '[{"token": "hunter2"}]',
      'TELEMETRY_CONFIG is neither a JSON object nor the absolute path of a file that holds one. Telemetry is off.',
    ],
    [
      '"{\\"token\\": \\"hunter2\\"}"',
      'TELEMETRY_CONFIG is neither a JSON object nor the absolute path of a file that holds one. Telemetry is off.',
    ],
    [
      Buffer.from('{"token":"hunter2"}').toString('base64'),
      'TELEMETRY_CONFIG is neither a JSON object nor the absolute path of a file that holds one. Telemetry is off.',
    ],
    ['/none.json', '/none.json, which TELEMETRY_CONFIG names, cannot be read: ENOENT. Telemetry is off.'],
    ['/list.json', '/list.json, which TELEMETRY_CONFIG names, is not a JSON object. Telemetry is off.'],
    ['/bad.json', '/bad.json, which TELEMETRY_CONFIG names, is not valid JSON (line 2 column 1). Telemetry is off.'],
  ])('that cannot be read turns telemetry off: %s', async (text, problem) => {
    const { config, problems } = await read(text, splunkVariables, { '/list.json': '[]', '/bad.json': '{"a":1,\n}' });

    expect(config).toBeUndefined();
    expect(problems).toEqual([problem]);
  });

  it('never makes the reader fail, whatever it holds', async () => {
    const route = fc.record(
      {
        match: fc.oneof(
          fc.jsonValue(),
          fc.record({ signal: fc.jsonValue(), not: fc.jsonValue() }, { requiredKeys: [] }),
        ),
        drop: fc.jsonValue(),
        sample: fc.jsonValue(),
        add: fc.jsonValue(),
        to: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const document = fc.record(
      {
        destinations: fc.oneof(
          fc.jsonValue(),
          fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.constant(splunk))),
        ),
        failover: fc.jsonValue(),
        routes: fc.oneof(fc.jsonValue(), fc.array(fc.oneof(fc.jsonValue(), route))),
      },
      { requiredKeys: [] },
    );

    await fc.assert(
      fc.asyncProperty(document, async (value) => {
        const { config, problems } = await read(value);

        expect(config).toBeDefined();
        expect(problems.every((problem) => problem.endsWith('.'))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('mistakes are named, and the rest of the document counts', () => {
  const destinations = { main: splunk };
  const cases: [problem: string, document: object, left?: object][] = [
    ['rotes: unknown; expected $schema, destinations, failover, routes. This entry is ignored.', { rotes: [] }],
    ['routes: is an object; expected a list. This entry is ignored.', { routes: {} }],
    ['destinations: expected an object. This entry is ignored.', { destinations: ['x'] }, { destinations: [] }],
    [
      'destinations.x: it has no type; expected one of splunk-hec, datadog, http. This entry is ignored.',
      { destinations: { ...destinations, x: 'hunter2' } },
    ],
    [
      'destinations.x: there is no type "splunk"; expected one of splunk-hec, datadog, http. This entry is ignored.',
      { destinations: { ...destinations, x: { type: 'splunk' } } },
    ],
    [
      'destinations.x: needs "url" (SPLUNK_HEC_URL) and "token" (SPLUNK_HEC_TOKEN). This entry is ignored.',
      { destinations: { ...destinations, x: { type: 'splunk-hec', token: ' ' } } },
    ],
    [
      'destinations.main.tokn: unknown; splunk-hec has url, token, index, metricsIndex, source, sourcetype, channel, host. This entry is ignored.',
      { destinations: { main: { ...splunk, tokn: 'hunter2' } } },
    ],
    [
      'destinations.main.index: expected text. This entry is ignored.',
      { destinations: { main: { ...splunk, index: ['a'] } } },
    ],
    ['failover: there is no destination "s3"; expected one of main. This entry is ignored.', { failover: 's3' }],
    ['failover: "main" is the only destination. This entry is ignored.', { failover: 'main' }],
    ['failover: is a number; expected text. This entry is ignored.', { failover: 3 }],
    ['routes[0]: is text; expected an object. This route is ignored.', { routes: ['x'] }],
    ['routes[0]: does nothing; expected drop, sample, add or to. This route is ignored.', { routes: [{ match: {} }] }],
    [
      'routes[0].too: unknown; expected match, drop, sample, add, to, continue. This route is ignored.',
      { routes: [{ too: 'main' }] },
    ],
    [
      'routes[0].match.level: unknown; expected signal, origin, type, minLevel, maxLevel, name, attributes, text, not. This route is ignored.',
      { routes: [{ match: { level: 'debug' }, to: 'main' }] },
    ],
    [
      'routes[0].match.minLevel: is "loud"; expected one of trace, debug, info, warn, error, fatal. This route is ignored.',
      { routes: [{ match: { minLevel: 'loud' }, add: { x: 1 } }] },
    ],
    [
      'routes[0].match.signal[1]: is "spans"; expected one of logs, metrics, traces. This route is ignored.',
      { routes: [{ match: { signal: ['logs', 'spans'] }, sample: 0.5 }] },
    ],
    [
      'routes[0].match.text: is a number; expected text or a list. This route is ignored.',
      { routes: [{ match: { text: 5 }, to: 'main' }] },
    ],
    ['routes[0].match.type: is empty. This route is ignored.', { routes: [{ match: { type: [] }, to: 'main' }] }],
    [
      'routes[0].match.not.attributes.a: is null; expected text or a list. This route is ignored.',
      { routes: [{ match: { not: { attributes: { a: null } } }, to: 'main' }] },
    ],
    ['routes[0].sample: is 1.5; expected a number from 0 to 1. This route is ignored.', { routes: [{ sample: 1.5 }] }],
    [
      'routes[0].sample: metrics cannot be sampled; expected match.signal to be logs, traces, or both. This route is ignored.',
      { routes: [{ match: { signal: ['logs', 'metrics'] }, sample: 0.5 }] },
    ],
    [
      'routes[0].add.x: is a list; expected text or a number or true or false. This route is ignored.',
      { routes: [{ add: { x: [] } }] },
    ],
    [
      'routes[0].sample: is text; expected a number from 0 to 1; routes[0].to: is empty. This route is ignored.',
      { routes: [{ sample: '1', to: [] }] },
    ],
    [
      'routes[0].to: there is no destination "mian"; expected one of main. This route sends nothing there.',
      { routes: [{ to: ['main', 'mian'] }] },
      { routes: [{ to: ['main', 'mian'] }] },
    ],
  ];

  it.each(cases)('%s', async (problem, document, left = { routes: [] }) => {
    const read1 = await read({ destinations, ...document });

    expect(read1.problems).toEqual([problem]);
    expect(read1).toMatchObject({ destinations: [['main', 'splunk-hec', { token: 't' }]], ...left });
  });

  it('names an unknown type in the variable, and what a type needs', async () => {
    const { problems } = await read(undefined, { TELEMETRY_DESTINATIONS: 'splunk,datadog' });

    expect(problems).toEqual([
      'TELEMETRY_DESTINATIONS: splunk: there is no type "splunk"; expected one of splunk-hec, datadog, http. This entry is ignored.',
      'TELEMETRY_DESTINATIONS: datadog: needs "apiKey" (DD_API_KEY). This entry is ignored.',
    ]);
  });

  it('does not report a route to a destination that is itself ignored', async () => {
    const { problems } = await read({ destinations: { x: { type: 'splunk-hec' } }, routes: [{ to: 'x' }] });

    expect(problems).toHaveLength(1);
  });
});

describe('a route that drops', () => {
  it.each([
    [{ signal: 'logs', level: 'debug' }, { signal: 'logs' }],
    [{ type: 'audit', minLevel: 'loud', not: { text: 5 } }, { type: 'audit' }],
    [{ signal: 'logs', not: { origin: 'me', text: 'x' } }, { signal: 'logs' }],
    ['debug', undefined],
  ])('stays, without the conditions that cannot be read: %j', async (match, left) => {
    const { routes, problems } = await read({ routes: [{ match, drop: true }] });

    expect(routes).toEqual([left === undefined ? { drop: true } : { match: left, drop: true }]);
    expect(problems).toEqual([expect.stringMatching(/ It drops what its other conditions match\.$/)]);
  });

  it.each([
    [{ drop: 'yes' }, 'routes[0].drop: is text; expected true or false.'],
    [{ drop: true, to: 'x' }, 'routes[0]: drops, so "to" has no effect.'],
    [{ drop: true, sampel: 1 }, 'routes[0].sampel: unknown; expected match, drop, sample, add, to, continue.'],
  ])('stays, whatever else is wrong: %j', async (route, problem) => {
    const { routes, problems } = await read({ routes: [{ match: { signal: 'logs' }, ...route }] });

    expect(routes).toEqual([{ match: { signal: 'logs' }, drop: true }]);
    expect(problems).toEqual([`${problem} It drops what its other conditions match.`]);
  });
});

describe('settings', () => {
  async function valuesOf(own: object, resolved: object = {}, environment: Environment = {}) {
    const { config } = await read({ destinations: { x: own } }, environment);
    const [destination] = config?.destinations ?? [];
    if (destination === undefined) throw new Error('left out');
    return settingsOf(destination, { ...destination.texts, ...resolved });
  }

  it('are read as variables are', async () => {
    const { values, problems } = await valuesOf({
      type: 'http',
      url: 'https://x',
      maxBytes: ' 20000 ',
      format: 'JSON',
    });

    expect(values).toMatchObject({
      url: 'https://x',
      maxBytes: 20_000,
      format: 'json',
      compression: 'gzip',
      headers: {},
    });
    expect(problems).toEqual([]);
  });

  it('are named with what is used where they are wrong', async () => {
    const { values, problems } = await valuesOf(
      { type: 'http', url: 'https://x', maxBytes: 5, format: 'xml' },
      {},
      { TELEMETRY_HTTP_COMPRESSION: 'zstd' },
    );

    expect(values).toMatchObject({ maxBytes: 10_000, format: 'ndjson', compression: 'gzip' });
    expect(problems).toEqual([
      'destinations.x.format: expected one of ndjson, json, not "xml". Using ndjson.',
      'TELEMETRY_HTTP_COMPRESSION: expected one of gzip, none, not "zstd". Using gzip.',
      'destinations.x.maxBytes: expected a whole number from 10000 to 100000000, not "5". Using 10000.',
    ]);
  });

  it('are not shown where they may be secret', async () => {
    const { problems } = await valuesOf(
      { type: 'http', url: 'https://x', headers: 'hunter2', format: '${ssm:/format}' },
      { format: 'hunter3' },
    );

    expect(problems).toEqual([
      'destinations.x.format: expected one of ndjson, json; its value is not shown.',
      'destinations.x.headers: expected name=value,name=value, or a JSON object of texts; its value is not shown.',
    ]);
  });

  it('show nothing of a secret, however the document is wrong', async () => {
    const secret = 'hunter2-hunter2';
    const wrong = fc.constantFrom<unknown>(
      secret,
      [secret],
      [[secret]],
      { a: secret },
      { a: [secret] },
      `${secret} \${ssm:/a}`,
    );
    const own = fc.record(
      {
        type: fc.constantFrom('http', 'splunk-hec', 'datadog'),
        token: wrong,
        url: wrong,
        headers: wrong,
        apiKey: wrong,
        apikey: wrong,
      },
      { requiredKeys: ['type'] },
    );
    const document = fc.oneof(
      fc.record({ destinations: fc.oneof(wrong, fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(own, wrong))) }),
      fc.record({ destinations: fc.constant({}), routes: fc.array(fc.record({ too: wrong })), token: wrong }),
    );

    await fc.assert(
      fc.asyncProperty(document, fc.nat(), async (value, cutAt) => {
        const text = JSON.stringify(value);
        const { config, problems } = await read(text);
        const inSettings = config?.destinations.flatMap((one) => settingsOf(one, one.texts).problems) ?? [];
        const broken = await read(text.slice(0, Math.max(1, cutAt % text.length)));

        expect([...problems, ...inSettings, ...broken.problems].join('\n')).not.toContain('hunter2');
      }),
      { numRuns: 1_000 },
    );
  });
});

it('may begin with a byte order mark, in the variable and in a file', async () => {
  const document = `\uFEFF${JSON.stringify({ destinations: { main: splunk } })}`;

  for (const { destinations, problems } of [await read(document), await read('/c.json', {}, { '/c.json': document })]) {
    expect(destinations).toHaveLength(1);
    expect(problems).toEqual([]);
  }
});

it.each(['1.10', '12345678901234567890', '1e3'])('keeps the number %s of a setting as it stands', async (number) => {
  const { destinations } = await read(
    `{"destinations":{"main":{"type":"splunk-hec","url":"https://hec","token":"t","index":${number}}}}`,
  );

  expect(destinations).toEqual([['main', 'splunk-hec', { url: 'https://hec', token: 't', index: number }]]);
});
