import type { ProcessFigures } from '../../../lambda-api/process-figures.ts';
import type { ReportMetrics } from '../../../lambda-api/telemetry-api.ts';
import type { Usage } from '../measure/usage.ts';
import type { InitFacts } from './init-facts.ts';

/** One invocation, with what is known about it so far. */
export interface Invocation {
  readonly requestId: string;
  /** X-Ray's form: `1-5759e988-bd862e3fe1be46a994272793`. */
  traceId?: string | undefined;
  tenantId?: string | undefined;
  /** The first of its environment. */
  isColdStart: boolean;
  init?: InitFacts | undefined;
  initializationType?: string | undefined;
  usage?: Usage | undefined;
  /** Lambda's words: `success`, `failure`, `error`, `timeout`. */
  status?: string | undefined;
  errorType?: string | undefined;
  /** Until the function answered, by `platform.runtimeDone`. */
  runtimeMs?: number | undefined;
  /** What Lambda billed. Missing where the report never came. */
  report?: Partial<ReportMetrics> | undefined;
  /** By the preload, where its part is on. */
  process?: ProcessFigures | undefined;
  /** When Lambda reported it; else when it was given up. */
  endedAtMs: number;
  /** Why Lambda ended the environment during this invocation. */
  endedBy?: 'timeout' | 'failure' | undefined;
}
