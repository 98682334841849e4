import { expect, it } from 'vitest';
import { declarationsOf } from './port-declarations.ts';

const MANIFEST = `# comment
telemetry-port EXTENSIONS_TELEMETRY_PORT 2775
host-port EXTENSIONS_HTTP_PORT 2774
extension secrets
listens secrets SECRETS_PORT 2773
extension telemetry
listens otlp OTLP_PORT 4318
listens-when OTLP_RECEIVER
receives stats STATS_PORT 8125
receives-when STATS datadog DESTINATIONS CONFIG
enabled DESTINATIONS CONFIG
extension a module
listens audit AUDIT_PORT 2790
`;
const host = { name: 'host', variable: 'EXTENSIONS_HTTP_PORT', usualPort: 2774 };
const secrets = { name: 'secrets', variable: 'SECRETS_PORT', usualPort: 2773 };
const otlp = { name: 'otlp', variable: 'OTLP_PORT', usualPort: 4318 };
const stats = { name: 'stats', variable: 'STATS_PORT', usualPort: 8125, isUdp: true };
const audit = { name: 'audit', variable: 'AUDIT_PORT', usualPort: 2790 };

it.each([
  { environment: {}, expected: [host, secrets, audit] },
  { environment: { CONFIG: '/etc/telemetry.json' }, expected: [host, secrets, otlp, audit] },
  { environment: { CONFIG: 'false' }, expected: [host, secrets, audit] },
  { environment: { CONFIG: 'x', OTLP_RECEIVER: 'false' }, expected: [host, secrets, audit] },
  { environment: { EXTENSIONS_ENABLED: 'telemetry, a module' }, expected: [host, otlp, audit] },
  { environment: { DESTINATIONS: 'http,datadog' }, expected: [host, secrets, otlp, stats, audit] },
  { environment: { CONFIG: '{"a":{"type":"datadog"}}' }, expected: [host, secrets, otlp, stats, audit] },
  { environment: { CONFIG: 'x', STATS: 'TRUE' }, expected: [host, secrets, otlp, stats, audit] },
  { environment: { DESTINATIONS: 'datadog', STATS: 'false' }, expected: [host, secrets, otlp, audit] },
  { environment: { EXTENSIONS_ENABLED: 'none' }, expected: [] },
])('knows the ports that will be opened with $environment', ({ environment, expected }) => {
  expect(declarationsOf(MANIFEST, environment)).toEqual(expected);
});

it('knows no ports of a text that is no manifest', () => {
  expect(declarationsOf('\n listens\nextension\n\0', {})).toEqual([]);
});
