/** Invokes a function for sandbox.test.ts, under the user and with the rights that the test gives it, and prints what happened. */
import { type LogLine, startEmulator } from '../../../emulator/index.ts';

const [functionDir = '', optDir = ''] = process.argv.slice(2);
const lines: LogLine[] = [];
const emulator = await startEmulator({
  functionDir,
  optDir,
  timeoutMs: 60_000,
  onLine: (line) => void lines.push(line),
});
const { payload } = await emulator.invoke();
await emulator.close();
process.stdout.write(JSON.stringify({ payload, lines }));
