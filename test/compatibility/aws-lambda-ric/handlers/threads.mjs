import { isMainThread, workerData } from 'node:worker_threads';

let calls = 0;
globalThis.calls = 0;
process.env.CALLS = '0';

/** What a thread has for itself: its module, its globals, its variables. */
export const handler = async () => {
  process.env.CALLS = String(Number(process.env.CALLS) + 1);
  return {
    calls: ++calls,
    globals: ++globalThis.calls,
    variables: process.env.CALLS,
    isMainThread,
    workerData,
    logDescriptor: process.env._LAMBDA_TELEMETRY_LOG_FD,
    awslambda: Object.keys(awslambda).sort(),
    trace: process.env._X_AMZN_TRACE_ID,
  };
};
