/**
 * What the preload measures in the function's own process during one invocation, and hands to the host of the extensions. Both
 * have a copy of this file.
 */
export interface ProcessFigures {
  readonly requestId: string;
  /** How late the event loop was, in milliseconds. */
  readonly eventLoopDelayMeanMs: number;
  readonly eventLoopDelayMaxMs: number;
  /** The part of the time in which the event loop was busy, from 0 to 1. */
  readonly eventLoopUtilization: number;
  readonly garbageCollectionMs: number;
  readonly heapUsedBytes: number;
}

/** Where the host takes them, on its port for metrics. */
export const PROCESS_FIGURES_PATH = '/insights/process';

/** `undefined` for what is none: any process of the environment may post. */
export function decodeProcessFigures(body: string): ProcessFigures | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const figures = value as Record<string, unknown>;
  const isComplete = NUMBERS.every((name) => Number.isFinite(figures[name])) && typeof figures.requestId === 'string';
  return isComplete ? (figures as unknown as ProcessFigures) : undefined;
}

const NUMBERS = [
  'eventLoopDelayMeanMs',
  'eventLoopDelayMaxMs',
  'eventLoopUtilization',
  'garbageCollectionMs',
  'heapUsedBytes',
];
