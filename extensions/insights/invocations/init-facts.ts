import type { PlatformEvent } from './platform-event.ts';

/** How the environment began. */
export interface InitFacts {
  readonly initializationType?: string | undefined;
  /** From the start of the phase until the runtime had loaded the function. */
  readonly runtimeMs?: number | undefined;
  /** From then until the last extension was ready. */
  readonly extensionsMs?: number | undefined;
  /** By Lambda's report. */
  readonly durationMs?: number | undefined;
  readonly restoreMs?: number | undefined;
  /** An init that Lambda repeated during the first invocation. */
  readonly isInInvocation: boolean;
}

/** Collects the records of the init phase, or of a restore. Gives the facts to one invocation: the first. */
export function initFacts() {
  let facts: InitFacts | undefined;
  let startMs: number | undefined;
  let runtimeDoneMs: number | undefined;
  let type: string | undefined;
  let isWaiting = false;

  function begin(isInInvocation: boolean, timeMs: number): void {
    facts = { initializationType: type, isInInvocation };
    startMs = timeMs;
    runtimeDoneMs = undefined;
    isWaiting = true;
  }

  return {
    take({ type: what, record, timeMs }: PlatformEvent): void {
      if (typeof record.initializationType === 'string') type = record.initializationType;
      const durationMs = numberOf((record.metrics as { durationMs?: unknown } | undefined)?.durationMs);
      switch (what) {
        case 'platform.initStart':
          begin(record.phase === 'invoke', timeMs);
          return;
        case 'platform.restoreStart':
          begin(false, timeMs);
          return;
        case 'platform.initRuntimeDone':
          runtimeDoneMs = timeMs;
          facts = { isInInvocation: false, ...facts, runtimeMs: since(startMs, timeMs) };
          return;
        case 'platform.initReport':
          facts = { isInInvocation: false, ...facts, durationMs, extensionsMs: since(runtimeDoneMs, timeMs) };
          return;
        case 'platform.restoreReport':
          facts = { isInInvocation: false, ...facts, restoreMs: durationMs };
      }
    },
    /** This process woke up from a snapshot: its next invocation is the first of a new environment. */
    restored(): void {
      isWaiting = true;
    },
    /** For the invocation that begins now; true once an environment. */
    takeColdStart(): boolean {
      const isCold = isWaiting;
      isWaiting = false;
      return isCold;
    },
    isInInvocation: () => isWaiting && facts?.isInInvocation === true,
    facts: () => facts,
    initializationType: () => type,
  };
}

function since(startMs: number | undefined, endMs: number): number | undefined {
  return startMs === undefined ? undefined : Math.max(0, endMs - startMs);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
