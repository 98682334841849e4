import { describe, expect, it } from 'vitest';
import { telemetryApi } from '../../../lambda-api/telemetry-api.ts';
import { deliveryUrl } from '../../support/lambda/delivery-url.ts';
import { isSupervisorBuilt, startSupervised } from '../../support/lambda/supervised.ts';

describe.runIf(isSupervisorBuilt)('the supervisor', () => {
  describe('when the host is killed', () => {
    it('while idle, lets invocations pass and starts it again at the next connection', async () => {
      await using lambda = await startSupervised();
      const first = Number((await lambda.ask()).body);

      process.kill(first, 'SIGKILL');
      await lambda.supervisor.line(/The host was terminated by signal 9/);
      const deadlineMs = Date.now() + 60_000;
      lambda.invoke('r-1', deadlineMs);
      await lambda.api.asksForEvent(2);
      expect(lambda.hostPid()).toBeUndefined();
      const second = await lambda.ask('/environment');

      expect(JSON.parse(second.body)).toMatchObject({ HOST_STARTS: '2', HOST_DEADLINE_MS: String(deadlineMs) });
      expect(lambda.supervisor.output).toMatch(
        /^\S+ ERROR \[supervisor\] The host was terminated by signal 9\. The host restarts on its next use\. The function is unaffected\.\n$/,
      );
    });

    it('and frozen with it, learns that the host ended before it gets an invocation', async () => {
      await using lambda = await startSupervised();
      const host = Number((await lambda.ask()).body);
      const supervisor = lambda.supervisor.process.pid ?? 0;

      process.kill(supervisor, 'SIGSTOP');
      process.kill(host, 'SIGKILL');
      lambda.invoke();
      while (lambda.hostPid() !== undefined) await new Promise((resolve) => setImmediate(resolve));
      process.kill(supervisor, 'SIGCONT');
      await lambda.api.asksForEvent(2);

      expect(await lambda.supervisor.line(/The host was/)).toContain('The host was terminated by signal 9.');
    });

    it.each([
      ['', '/leave-a-child'],
      [' and have its connection', '/leave-a-child-with-the-control-socket'],
    ])('notices it although child processes of the host still run%s', async (_case, path) => {
      await using lambda = await startSupervised();
      const host = Number((await lambda.ask()).body);
      const child = Number((await lambda.ask(path)).body);

      process.kill(host, 'SIGKILL');
      await lambda.supervisor.line(/The host was terminated by signal 9/);
      const { body } = await lambda.ask();
      process.kill(child, 'SIGKILL');

      expect([host, child]).not.toContain(Number(body));
    });

    it('starts it again in the next invocation for a module that nobody connects to', async () => {
      await using lambda = await startSupervised({ modules: ['recorder.cjs'] });
      await lambda.supervisor.line(/^ready/);

      process.kill(lambda.hostPid() ?? 0, 'SIGKILL');
      await lambda.supervisor.line(/The host was terminated by signal 9/);
      lambda.invoke('r-1');
      await lambda.api.asksForEvent(2);
      while (lambda.supervisor.output.match(/^ready$/gm)?.length !== 2)
        await new Promise((resolve) => setImmediate(resolve));
      const record = { time: '2026-01-01T00:00:00.000Z', type: 'platform.start', record: {} };
      await fetch(deliveryUrl(lambda.api), { method: 'POST', body: JSON.stringify([record]) });
      lambda.invoke('r-2');

      await lambda.supervisor.line(/^telemetry platform\.start/);
      await lambda.supervisor.line(/^invoke r-2/);
      expect(lambda.api.calls.filter(({ path }) => path === telemetryApi.subscribe)).toHaveLength(1);
    });

    it('starts it again at once on managed instances, for a module that nobody connects to', async () => {
      await using lambda = await startSupervised({
        modules: ['recorder.cjs'],
        environment: { AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' },
      });
      await lambda.supervisor.line(/^ready/);

      const first = lambda.hostPid() ?? 0;
      process.kill(first, 'SIGKILL');
      await lambda.supervisor.line(/The host was terminated by signal 9/);

      expect(await lambda.untilHostRuns()).not.toBe(first);
    });

    it('while it boots, serves its caller with the next one', async () => {
      await using lambda = await startSupervised();

      const answer = lambda.ask();
      const first = await lambda.untilHostRuns();
      process.kill(first, 'SIGKILL');

      expect(await answer).toEqual({ status: 200, body: String(lambda.hostPid()) });
      expect(lambda.hostPid()).not.toBe(first);
    });

    it('while it holds an invocation, ends the wait at once', async () => {
      await using lambda = await startSupervised({ environment: { PUPPET_INVOKE: 'never' } });
      const pid = Number((await lambda.ask()).body);

      const deadlineMs = Date.now() + 60_000;
      lambda.invoke('r-1', deadlineMs);
      process.kill(pid, 'SIGKILL');
      await lambda.api.asksForEvent(2);

      expect(await lambda.supervisor.line(/The host was/)).toContain('The host was terminated by signal 9');
      expect(Date.now()).toBeLessThan(deadlineMs - 50_000);
    });

    it('with requests in flight, resets them and serves the next', async () => {
      await using lambda = await startSupervised();
      const pid = Number((await lambda.ask()).body);

      const waiting = Array.from({ length: 5 }, () => lambda.ask('/hold'));
      await lambda.ask();
      process.kill(pid, 'SIGKILL');
      const outcomes = await Promise.allSettled(waiting);

      expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
      expect((await lambda.ask()).status).toBe(200);
    });
  });
});
