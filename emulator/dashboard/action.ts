import type { Emulator } from '../emulator-types.ts';

/** What can be clicked. Each is a call of the emulator's API. */
export type Action =
  | { readonly do: 'invoke'; readonly payload: unknown }
  | { readonly do: 'init' | 'restore' | 'freeze' | 'thaw' }
  | { readonly do: 'shutdown'; readonly reason: (typeof REASONS)[number] }
  | { readonly do: 'delayTelemetry'; readonly ms: number }
  | { readonly do: 'failTelemetry'; readonly deliveries: number }
  | { readonly do: 'delayRegister'; readonly extension: string; readonly ms: number }
  | { readonly do: 'kill'; readonly process: string };

export const REASONS = ['spindown', 'timeout', 'failure'] as const;

/** @throws Error with what is expected. */
export function parseAction(value: unknown): Action {
  const { do: what, ...rest } = Object(value) as Record<string, unknown>;
  const amount = (name: string) => {
    const number = rest[name];
    if (typeof number !== 'number' || !(number >= 0 && number <= MOST))
      throw new Error(`Expected ${name} from 0 to ${MOST}.`);
    return number;
  };
  const text = (name: string) => {
    const given = rest[name];
    if (typeof given !== 'string' || given === '') throw new Error(`Expected ${name} as text.`);
    return given;
  };
  switch (what) {
    case 'invoke':
      return { do: what, payload: rest.payload ?? {} };
    case 'init':
    case 'restore':
    case 'freeze':
    case 'thaw':
      return { do: what };
    case 'shutdown': {
      const reason = REASONS.find((one) => one === rest.reason);
      if (reason === undefined) throw new Error(`Expected reason ${REASONS.join(', ')}.`);
      return { do: what, reason };
    }
    case 'delayTelemetry':
      return { do: what, ms: amount('ms') };
    case 'failTelemetry':
      return { do: what, deliveries: amount('deliveries') };
    case 'delayRegister':
      return { do: what, extension: text('extension'), ms: amount('ms') };
    case 'kill':
      return { do: what, process: text('process') };
    default:
      throw new Error(`There is no action ${JSON.stringify(what)}.`);
  }
}

/** Resolves with the answer of an invocation, or with nothing. */
export async function perform(action: Action, emulator: Emulator): Promise<string | undefined> {
  switch (action.do) {
    case 'invoke': {
      const { payload, functionError } = await emulator.invoke(action.payload);
      return functionError === undefined ? payload : `${functionError}: ${payload}`;
    }
    case 'init':
      return void (await emulator.init());
    case 'restore':
      return void (await emulator.restore());
    case 'freeze':
      return emulator.freeze() as undefined;
    case 'thaw':
      return emulator.thaw() as undefined;
    case 'shutdown':
      return void (await emulator.shutdown(action.reason));
    case 'delayTelemetry':
      emulator.faults.telemetryDelayMs = action.ms;
      return undefined;
    case 'failTelemetry':
      emulator.faults.telemetryFailures = action.deliveries;
      return undefined;
    case 'delayRegister':
      emulator.faults.registerDelayMs[action.extension] = action.ms;
      return undefined;
    case 'kill':
      return emulator.kill(action.process === 'runtime' ? 'runtime' : { extension: action.process }) as undefined;
  }
}

const MOST = 3_600_000;
