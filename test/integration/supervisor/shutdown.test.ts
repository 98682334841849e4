import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isSupervisorBuilt, startSupervised } from '../../support/lambda/supervised.ts';

describe.runIf(isSupervisorBuilt)('the supervisor', () => {
  describe('at SHUTDOWN', () => {
    it.each([
      ['while the host boots', { PUPPET_BOOT: 'loop' }, 'boots'],
      ['while the host is idle', {}, 'idle'],
      ['while the host does not move', {}, 'stopped'],
      ['while the host loops', {}, 'loops'],
      ['while callers get 503', { PATH: '/nowhere' }, 'refused'],
    ])('ends with 0 before the deadline %s', async (_case, environment, state) => {
      await using lambda = await startSupervised({ environment });
      const answer = lambda.ask().catch(() => undefined);
      if (state === 'boots') await lambda.untilHostRuns();
      else await answer;
      if (state === 'loops') void lambda.ask('/loop').catch(() => undefined);
      if (state === 'stopped') process.kill(lambda.hostPid() ?? 0, 'SIGSTOP');

      const deadlineMs = Date.now() + 2_000;
      lambda.shutDown(deadlineMs);

      expect(await lambda.supervisor.exit).toBe(0);
      expect(Date.now()).toBeLessThan(deadlineMs + 200);
    });
  });

  it('ends after its host, so that the ports are free for the next one in this environment', async () => {
    await using lambda = await startSupervised();
    const host = Number((await lambda.ask()).body);
    process.kill(host, 'SIGSTOP');

    const ended = once(lambda.supervisor.process, 'exit');
    lambda.shutDown(Date.now() + 500);
    await ended;

    expect(existsSync(`/proc/${host}`)).toBe(false);
  });

  it('takes its host down when it is killed itself, even a stopped host', async () => {
    await using lambda = await startSupervised();
    process.kill(Number((await lambda.ask()).body), 'SIGSTOP');

    lambda.supervisor.process.kill('SIGKILL');

    // Not before both have let go of its output.
    expect(await lambda.supervisor.exit).toBeNull();
  });
});
