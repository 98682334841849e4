/**
 * Stops logging above a budget: it counts what the function logs, and makes the file LOG_BUDGET_FILE when an hour's budget is spent.
 * The function logs only while the file is not there. CloudWatch bills what Lambda takes, so only the function itself can stop it.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { defineExtension, text, wholeNumber } from 'lambda-node-extended/extension';

const settings = {
  bytes: wholeNumber('LOG_BUDGET_BYTES', undefined, 'What this environment may log in an hour, in bytes.', {
    from: 1,
    to: 2 ** 40,
  }),
  file: text('LOG_BUDGET_FILE', '/tmp/log-budget-is-spent', 'The file that is there while the budget is spent.'),
};
const HOUR_MS = 3_600_000;

export default defineExtension({
  name: 'cost-guard',
  settings,
  enabledWhen: [settings.bytes],
  startsWhen: [settings.bytes],
  subscribesTo: ['function'],
  init({ settings: { bytes: budget, file }, host: { clock, log } }) {
    let hour;
    let spent;
    /** A wall clock that was set back begins another hour, too. */
    function begin() {
      const now = Math.floor(clock.wallMs() / HOUR_MS);
      if (now === hour) return;
      hour = now;
      spent = 0;
      rmSync(file, { force: true });
    }
    begin();
    return {
      invoke: begin,
      telemetry(records) {
        begin();
        const before = spent;
        for (const { record } of records)
          spent += Buffer.byteLength(typeof record === 'string' ? record : JSON.stringify(record));
        if (before > budget || spent <= budget) return;
        writeFileSync(file, '');
        log.warn(
          `The function has logged ${spent} bytes in this hour, and may log ${budget}. It logs no more until the next hour.`,
        );
      },
      restore: begin,
    };
  },
});
