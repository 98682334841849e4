/** Runs on another Node.js: invokes handlers by AWS's runtime client 3 and by ours, and prints what both did. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { awsClient, observer } from './observe.ts';

export interface Row {
  readonly handler: string;
  readonly events: readonly object[];
}

const PACKAGE = fileURLToPath(new URL('../../../node_modules/aws-lambda-ric-3', import.meta.url));

const [folder = '', rows = '[]'] = process.argv.slice(2);
// As users have it: the sources need a newer Node.js.
const built = new URL('../../../dist/lib/emulator.js', import.meta.url).href;
const { startEmulator }: typeof import('../../../emulator/index.ts') = await import(built);
const observe = observer(startEmulator, folder);
const results: unknown[] = [];
for (const { handler, events } of JSON.parse(rows) as Row[]) {
  const aws = awsClient('waiting-client.cjs', join(PACKAGE, 'bin/index.mjs'), handler);
  const [theirs, ours] = await Promise.all([
    observe(aws, handler, events),
    observe(undefined, handler, events),
  ]);
  results.push({ aws: theirs, ours });
}
process.stdout.write(JSON.stringify(results));
