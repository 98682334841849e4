import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installTools } from '../support/installed-package.ts';
import { CALLBACKS } from './aws-lambda-ric/handlers/callbacks.mjs';
import { HANDLERS, STREAMED } from './aws-lambda-ric/handlers/cases.mjs';
import { makeHandlers, type Observed } from './aws-lambda-ric/observe.ts';
import type { Row } from './aws-lambda-ric/observe-both.ts';

const LOCK = fileURLToPath(new URL('./node-22', import.meta.url));
const NODE_22 = `node_modules/node-linux-${process.arch}/bin/node`;
const isInstallable = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
const SCRIPT = fileURLToPath(new URL('./aws-lambda-ric/observe-both.ts', import.meta.url));
const each = (names: readonly string[]) => names.map((name) => ({ case: name }));

const ROWS: readonly Row[] = [
  { handler: 'cases.handler', events: each(HANDLERS) },
  { handler: 'callbacks.handler', events: each(CALLBACKS) },
  { handler: 'cases.streamed', events: each(STREAMED) },
  ...[
    ...['callbacks.throwsLate', 'callbacks.exitsAfterAnswer', 'callbacks.neverAsync', 'callbacks.neverSync'],
    ...['late.rejects', 'throws.handler', 'imports.handler', 'requires.handler', 'nowhere.handler'],
  ].map((handler) => ({ handler, events: [{}] })),
];

/**
 * The code of the client is AWS's on both sides; what differs is how it is started, and what stands in for its addon.
 * npm has Node.js 22 for Linux, x64 and arm64.
 */
describe.runIf(isInstallable)('on Node.js 22 our runtime is the runtime client of AWS, 3.3.0,', () => {
  let handlers: ReturnType<typeof makeHandlers>;
  let results: readonly { aws: Observed; ours: Observed }[];
  beforeAll(() => {
    handlers = makeHandlers();
    const { stdout } = execaSync(join(installTools(LOCK), NODE_22), [SCRIPT, handlers.folder, JSON.stringify(ROWS)], {
      env: { NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
    });
    results = JSON.parse(stdout);
  }, 600_000);
  afterAll(() => handlers[Symbol.dispose]());

  it.each(ROWS.map(({ handler }, index) => ({ handler, index })))('in $handler', ({ index }) => {
    const { aws, ours } = results[index] ?? { aws: undefined, ours: undefined };

    expect(ours).toEqual(aws);
    expect(ours?.answers).toHaveLength(ROWS[index]?.events.length ?? 0);
  });

  it('and calls itself so', () => {
    const { ours } = results[1] ?? {};

    expect(ours?.answers[CALLBACKS.indexOf('executionEnvironment')]).toMatchObject({
      payload: '["AWS_Lambda_nodejs22.x","v22"]',
    });
  });
});
