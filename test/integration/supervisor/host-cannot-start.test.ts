import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSupervisorBuilt, startSupervised } from '../../support/lambda/supervised.ts';

describe.runIf(isSupervisorBuilt)('the supervisor', () => {
  describe('when the host cannot be started', () => {
    it('answers 503 with the reason after three boots that failed, and tries again after a while', async () => {
      await using lambda = await startSupervised({
        prepare: (folder) => renameSync(join(folder, 'lambda-node-extended/host.cjs'), join(folder, 'hidden.cjs')),
      });

      const refused = [await lambda.ask(), await lambda.ask()];
      lambda.invoke();
      await lambda.api.asksForEvent(2);
      renameSync(join(lambda.folder, 'hidden.cjs'), join(lambda.folder, 'lambda-node-extended/host.cjs'));
      let answer = await lambda.ask();
      while (answer.status !== 200) answer = await lambda.ask();

      expect(refused).toEqual(Array(2).fill({ status: 503, body: 'The host exited with status 1. Retry after 10 s.' }));
      expect(lambda.supervisor.output.match(/ERROR \[supervisor\] The host exited with status 1/g)).toHaveLength(3);
      expect(lambda.supervisor.output).toContain(
        'Callers get 503 for 10 s. After that the host restarts on its next use. The function is unaffected.',
      );
    });

    it('kills a host that is never ready, and starts another', async () => {
      await using lambda = await startSupervised({ environment: { PUPPET_BOOT: 'loop' } });

      const isReset = expect(lambda.ask()).rejects.toThrow();
      const first = await lambda.untilHostRuns();
      await lambda.supervisor.line(/The host was killed because it was not ready after 10 s/);

      expect(await lambda.untilHostRuns()).not.toBe(first);
      await lambda.supervisor[Symbol.asyncDispose]();
      await isReset;
    });

    it('answers 503 when there is no Node.js', async () => {
      await using lambda = await startSupervised({ environment: { PATH: '/nowhere' } });

      const answer = await lambda.ask();
      lambda.invoke();
      await lambda.api.asksForEvent(2);

      expect(answer.status).toBe(503);
      expect(answer.body).toMatch(
        /^The host cannot start, because there is no Node\.js at \/var\/lang\/bin\/node or on the PATH/,
      );
      expect(lambda.supervisor.output.match(/ERROR/g)).toHaveLength(1);
    });
  });

  it.each([
    ['cannot start', 'fail', 'no such file'],
    ['does not finish its init', 'never', 'its init took longer than 5 s'],
  ])('lets the host answer 503 for an extension that %s, and serve the others', async (_case, boot, why) => {
    await using lambda = await startSupervised({ environment: { PUPPET_BOOT: boot } });

    const answer = await lambda.ask();

    expect(answer).toEqual({
      status: 503,
      body: expect.stringMatching(/^Nothing serves puppet: its extension is off/),
    });
    await lambda.supervisor.line(
      new RegExp(`ERROR \\[puppet\\] The extension is off, because it could not start: ${why}`),
    );
    const secrets = await fetch(`http://127.0.0.1:${lambda.secretsPort}/`);
    expect(secrets.status).toBe(403);
  });
});
