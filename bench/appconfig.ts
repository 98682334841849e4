import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { type AppConfigServer, type Deployed, startAppConfigServer } from '../test/support/servers/appconfig-server.ts';
import { freePort } from '../test/support/servers/free-port.ts';
import { FLAGS, FLAGS_KEY } from './support/appconfig-flags.ts';
import { atMost, type Benchmark, type BenchmarkOptions, type Measurement } from './support/benchmark.ts';
import { type ExtensionProcess, startExtension } from './support/extension-process.ts';
import { load } from './support/load.ts';
import { cpuMs, memory } from './support/proc.ts';
import { startNodeHttp } from './support/servers.ts';
import { floor, interleave, spread } from './support/statistics.ts';
import { extension, hostAlone } from './support/subjects.ts';

/** Reads of flags compared with a server that sends a fixed answer, and what configurations cost. */
export const appconfig: Benchmark = {
  name: 'appconfig',
  title: 'AppConfig',

  async measure(options) {
    return {
      kind: 'measured',
      measurements: [
        ...(await flagReads('basic flag', '?flag=button_color', '', undefined, options)),
        ...(await flagReads('multi-variant flag with context', '?flag=colorway', CONTEXT, 1.3, options)),
        ...(await memoryOfOneMegabyte(options)),
        ...(await costOfPatterns(options)),
        ...(await prefetchOfThree(options)),
        ...(await costWhenUnused(options)),
      ],
    };
  },
};

async function flagReads(
  what: string,
  query: string,
  header: string,
  limit: number | undefined,
  { rounds }: BenchmarkOptions,
): Promise<Measurement[]> {
  await using ours = await startServer({ [FLAGS_KEY]: FLAGS });
  const message = (port: number) => `GET ${PATH}${query} HTTP/1.1\r\nhost: localhost:${port}\r\n${header}\r\n`;
  const body = await ours.read(`${PATH}${query}`, header === '' ? {} : { Context: 'userId=beta-1, country=DE' });
  await using nodeHttp = await startNodeHttp(body);
  const under = ({ port }: { port: number }) =>
    load({ port, connections: 1, keepAlive: true, keys: 1, seconds: 1, message: message(port) });

  const results = await interleave(rounds(7), { ours: () => under(ours), floor: () => under(nodeHttp) });

  const compared = (read: (result: (typeof results.ours)[number]) => number) => {
    const values = results.ours.map(read);
    return { ours: spread(values), floors: { 'node:http': floor(values, results.floor.map(read)) } };
  };
  const p50 = compared(({ p50Us }) => p50Us);
  return [
    {
      what: `${what}, p50`,
      unit: 'µs',
      ...p50,
      ...(limit === undefined ? {} : { target: atMost(limit, p50.floors['node:http'].ratio, 'x node:http') }),
    },
    { what: `${what}, p99`, unit: 'µs', ...compared(({ p99Us }) => p99Us) },
  ];
}

async function memoryOfOneMegabyte({ rounds }: BenchmarkOptions): Promise<Measurement[]> {
  const after = async (content: string) => {
    await using server = await startServer({ [FLAGS_KEY]: { content } });
    for (let read = 0; read < 10; read++) await server.read(PATH);
    await sleep(SETTLING_MS);
    return memory(server.process.pid).anonymousMb;
  };
  const samples = await interleave(rounds(5), {
    large: () => after(JSON.stringify({ text: 'x'.repeat(1_000_000) })),
    small: () => after('{}'),
  });
  return [
    { what: 'anonymous, small configuration', unit: 'MB', ours: spread(samples.small) },
    {
      what: 'anonymous, configuration of 1 MB',
      unit: 'MB',
      ours: spread(samples.large),
      floors: { small: floor(samples.large, samples.small) },
    },
  ];
}

/** What the first read of a flag costs with a pattern that V8's engine knows, and with those for which RE2's is loaded. */
async function costOfPatterns({ rounds }: BenchmarkOptions): Promise<Measurement[]> {
  const firstRead = async (rule: string) => {
    const content = `'f'::[ [ ${rule}, '''{"enabled":true}''' ], '''{"enabled":false}''' ]`;
    await using server = await startServer({ [FLAGS_KEY]: { ...FLAGS, content } });
    await server.read('/ping');
    const beforeMs = cpuMs(server.process.pid);
    await server.read(PATH, { Context: 'mail=jane@example.org' });
    await sleep(SETTLING_MS);
    return { ms: cpuMs(server.process.pid) - beforeMs, mb: memory(server.process.pid).anonymousMb };
  };
  const samples = await interleave(rounds(9), {
    'no pattern': () => firstRead('(ends_with $mail "@example.com")'),
    '@example[.]com$': () => firstRead('(matches in::$mail pattern::"@example[.]com$")'),
    '(?i)@example[.]com$': () => firstRead('(matches in::$mail pattern::"(?i)@example[.]com$")'),
    '^\\p{L}+@': () => firstRead('(matches in::$mail pattern::"^\\\\p{Lu}+@")'),
  });
  return Object.entries(samples).flatMap(([pattern, all]) => [
    { what: `first read, CPU, ${pattern}`, unit: 'ms', ours: spread(all.map(({ ms }) => ms)) },
    { what: `first read, anonymous, ${pattern}`, unit: 'MB', ours: spread(all.map(({ mb }) => mb)) },
  ]);
}

async function prefetchOfThree({ rounds }: BenchmarkOptions): Promise<Measurement[]> {
  const keys = ['shop:prod:a', 'shop:prod:b', 'shop:prod:c'];
  const { ours } = await interleave(rounds(10), {
    ours: async () => {
      const environment = { AWS_APPCONFIG_EXTENSION_PREFETCH_LIST: keys.join() };
      await using server = await startServer(Object.fromEntries(keys.map((key) => [key, FLAGS])), environment);
      const startedAtMs = performance.now();
      while (server.service.polls() < keys.length) await sleep(1);
      return performance.now() - startedAtMs;
    },
  });
  return [{ what: 'prefetch of 3 profiles, first /next to last poll', unit: 'ms', ours: spread(ours) }];
}

/** The host with and without this extension, which nobody uses; the supervisor with it runs no host at all. */
async function costWhenUnused({ rounds }: BenchmarkOptions): Promise<Measurement[]> {
  const start = async (command: typeof hostAlone, EXTENSIONS_ENABLED: string) => {
    const AWS_APPCONFIG_EXTENSION_HTTP_PORT = String(await freePort());
    const environment = { EXTENSIONS_ENABLED, AWS_APPCONFIG_EXTENSION_HTTP_PORT };
    await using process = await startExtension(command({ port: await freePort(), environment }));
    await sleep(SETTLING_MS);
    return { nextMs: process.nextMs, cpuMs: process.nextCpuMs, anonymousMb: memory(process.pid).anonymousMb };
  };
  const samples = await interleave(rounds(15), {
    hostWith: () => start(hostAlone, 'secrets,appconfig'),
    hostWithout: () => start(hostAlone, 'secrets'),
    with: () => start(extension, 'secrets,appconfig'),
    without: () => start(extension, 'secrets'),
  });
  type Sample = (typeof samples.with)[number];
  const added = (who: 'with' | 'hostWith', beside: 'without' | 'hostWithout', read: (sample: Sample) => number) =>
    spread(samples[who].map((sample, round) => read(sample) - read(samples[beside][round] as Sample)));

  const megabytes = added('hostWith', 'hostWithout', ({ anonymousMb }) => anonymousMb);
  const ms = added('with', 'without', ({ nextMs }) => nextMs);
  return [
    { what: 'added when unused: start', unit: 'ms', ours: ms, target: atMost(1, ms.median, 'ms') },
    {
      what: 'added when unused: anonymous',
      unit: 'MB',
      ours: added('with', 'without', ({ anonymousMb }) => anonymousMb),
    },
    {
      what: 'added to a running host: start',
      unit: 'ms',
      ours: added('hostWith', 'hostWithout', ({ nextMs }) => nextMs),
    },
    { what: 'added to a running host: CPU', unit: 'ms', ours: added('hostWith', 'hostWithout', ({ cpuMs }) => cpuMs) },
    {
      what: 'added to a running host: anonymous',
      unit: 'MB',
      ours: megabytes,
      target: atMost(0.5, megabytes.median, 'MB'),
    },
  ];
}

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly process: ExtensionProcess;
  readonly service: AppConfigServer;
  read(path: string, headers?: Record<string, string>): Promise<string>;
}

async function startServer(deployed: Record<string, Deployed>, more: Record<string, string> = {}): Promise<Server> {
  const service = await startAppConfigServer(deployed, { intervalSeconds: 60 });
  const port = await freePort();
  const environment = { AWS_APPCONFIG_EXTENSION_HTTP_PORT: String(port), ...more };
  const process = await startExtension(extension({ port: await freePort(), endpoint: service.url, environment }));
  return {
    port,
    process,
    service,
    async read(path, headers = {}) {
      const response = await request(`http://127.0.0.1:${port}${path}`, { headers });
      const body = await response.body.text();
      if (response.statusCode !== 200) throw new Error(`The extension answered ${response.statusCode}: ${body}`);
      return body;
    },
    async [Symbol.asyncDispose]() {
      await process[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

const PATH = '/applications/shop/environments/prod/configurations/flags';
const CONTEXT = 'context: userId=beta-1, country=DE\r\n';
const SETTLING_MS = 500;
