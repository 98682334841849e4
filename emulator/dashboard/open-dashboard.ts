import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import type { TelemetryRecord } from '../../lambda-api/telemetry-api.ts';
import type { FunctionOptions } from '../command-line.ts';
import type { Emulator } from '../emulator-types.ts';
import type { LogLine, TimelineEntry } from '../environment/watching.ts';
import { DASHBOARD_SCRIPT } from '../own-files.ts';
import { sampleEvent, sampleNames } from '../samples/samples.ts';
import { parseAction, perform } from './action.ts';
import type { Happened, TestOptions } from './messages.ts';
import { createRecording } from './recording.ts';
import { runsNode } from './runs-node.ts';
import { type Dashboard, serveDashboard } from './server.ts';

export interface Watched {
  readonly name: string;
  readonly emulator: Emulator;
  readonly options: FunctionOptions;
}

/** What the command tells the dashboard. `environment` is an index; without one nothing is shown. */
export interface DashboardFeed {
  line(line: LogLine, environment: number | undefined): void;
  record(record: TelemetryRecord, environment: number | undefined): void;
  timeline(entry: TimelineEntry, environment: number | undefined): void;
  /** Begins to serve, once the environments are there. */
  open(watched: readonly Watched[], port: number): Promise<Dashboard>;
}

export function createDashboard(): DashboardFeed {
  const recording = createRecording(() => performance.now());
  return {
    line({ source, text }, environment) {
      if (source === 'hint') note(environment, { kind: 'hint', text });
    },
    record: (record, environment) => note(environment, { kind: 'record', record }),
    timeline: (entry, environment) => note(environment, { kind: 'timeline', entry }),
    async open(watched, port) {
      const looking = setInterval(() => watched.forEach(look), LOOK_EVERY_MS).unref();
      const dashboard = await serveDashboard(
        {
          script: readFileSync(DASHBOARD_SCRIPT, 'utf8'),
          introduction: {
            environments: watched.map(({ name, options }) => ({
              name,
              initializationType: options.initializationType ?? 'on-demand',
            })),
            samples: sampleNames,
            options: testOptions(watched[0]?.options),
          },
          messagesAfter: recording.after,
          onAdded: recording.onAdded,
          sample: (name) => sampleEvent(name, Date.now()),
          async act(environment, given) {
            const { emulator } = watched[environment] ?? {};
            if (emulator === undefined) throw new Error(`There is no environment ${environment}.`);
            const action = parseAction(given);
            const answer = await perform(action, emulator);
            recording.add(environment, { kind: 'action', action, ...(answer !== undefined && { answer }) });
            return answer;
          },
        },
        port,
      );
      const close = () => {
        clearInterval(looking);
        return dashboard.close();
      };
      return { ...dashboard, close, [Symbol.asyncDispose]: close };
    },
  };

  function note(environment: number | undefined, happened: Happened): void {
    if (environment !== undefined) recording.add(environment, happened);
  }

  /** A frozen process cannot answer, and takes nothing. */
  function look({ emulator, options }: Watched, environment: number): void {
    if (emulator.isFrozen || emulator.phase === 'cold' || emulator.phase === 'closed') return;
    const processes = emulator.processes();
    recording.add(environment, { kind: 'processes', processes });
    // A call would start the Node.js of the extensions, and the page would show what it has caused.
    if (!processes.some((one) => one.process !== 'runtime' && runsNode(one.pid))) return;
    const variables = typeof options.environment === 'function' ? options.environment() : options.environment;
    const port = emulator.movedPorts.EXTENSIONS_HTTP_PORT ?? variables?.EXTENSIONS_HTTP_PORT;
    askMetrics(Number(port || USUAL_METRICS_PORT), (metrics) =>
      recording.add(environment, { kind: 'metrics', metrics }),
    );
  }
}

/** The counters of the host. Extensions of others have none there. */
function askMetrics(port: number, take: (metrics: unknown) => void): void {
  const request = get(
    { host: '127.0.0.1', port, path: '/metrics', timeout: LOOK_EVERY_MS, agent: false },
    (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        try {
          take(JSON.parse(text));
        } catch {
          // Another server has the port.
        }
      });
    },
  );
  request.on('timeout', () => request.destroy()).on('error', () => {});
}

function testOptions(options: FunctionOptions | undefined): TestOptions {
  const { functionDir = '.', handler, optDir, memoryMB, timeoutMs, initializationType, environment } = options ?? {};
  const variables = typeof environment === 'function' ? environment() : (environment ?? {});
  return {
    functionDir,
    ...(handler !== undefined && { handler }),
    ...(optDir !== undefined && { optDir }),
    ...(memoryMB !== undefined && { memoryMB }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(initializationType !== undefined && { initializationType }),
    variables: Object.keys(variables),
  };
}

const LOOK_EVERY_MS = 1_000;
const USUAL_METRICS_PORT = 2774;
