import type { TelemetryRecord } from '../../lambda-api/telemetry-api.ts';
import type { RunningProcess } from '../emulator-types.ts';
import type { TimelineEntry } from '../environment/watching.ts';
import type { Action } from './action.ts';

/** What the page is told, in the order in which it happened. */
export type Message = Happened & {
  /** Counts from 1. */
  readonly id: number;
  readonly atMs: number;
  /** The index of the environment it is about. */
  readonly environment: number;
};

export type Happened =
  | { readonly kind: 'record'; readonly record: TelemetryRecord }
  | { readonly kind: 'hint'; readonly text: string }
  | { readonly kind: 'timeline'; readonly entry: TimelineEntry }
  | { readonly kind: 'processes'; readonly processes: readonly RunningProcess[] }
  /** The counters of the extensions: what the host's port for metrics answers. Never values. */
  | { readonly kind: 'metrics'; readonly metrics: unknown }
  | { readonly kind: 'action'; readonly action: Action; readonly answer?: string };

/** What the page gets once. */
export interface Introduction {
  readonly environments: readonly { readonly name: string; readonly initializationType: string }[];
  readonly samples: readonly string[];
  readonly options: TestOptions;
}

/** The options of `startEmulator` that a test needs. Variables are names only: their values may be secret. */
export interface TestOptions {
  readonly functionDir: string;
  readonly handler?: string;
  readonly optDir?: string;
  readonly memoryMB?: number;
  readonly timeoutMs?: number;
  readonly initializationType?: string;
  readonly variables: readonly string[];
}

/** A run that was saved, to be opened again. */
export interface SavedRun {
  readonly version: 1;
  readonly introduction: Introduction;
  readonly messages: readonly Message[];
}
