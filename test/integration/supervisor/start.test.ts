import { join } from 'node:path';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { readElf } from '../../support/lambda/elf.ts';
import { optFolder } from '../../support/lambda/host-process.ts';
import { isSupervisorBuilt, startSupervised } from '../../support/lambda/supervised.ts';
import { freePort } from '../../support/servers/free-port.ts';

describe.runIf(isSupervisorBuilt)('the supervisor', () => {
  it('is one static file for this machine', () => {
    expect(readElf(join(optFolder, 'extensions/lambda-node-extended'))).toEqual({
      machine: process.arch,
      isStatic: true,
    });
  });

  describe('while nobody uses an extension', () => {
    it('starts no Node process, through invocations and SHUTDOWN', async () => {
      await using lambda = await startSupervised();

      for (const count of [2, 3]) {
        lambda.invoke();
        await lambda.api.asksForEvent(count);
      }
      expect(lambda.hostPid()).toBeUndefined();
      lambda.shutDown();

      expect(await lambda.supervisor.exit).toBe(0);
      expect(lambda.supervisor.output).toBe('');
    });

    it('starts none when EXTENSIONS_ENABLED is none, whatever else is set', async () => {
      await using lambda = await startSupervised({
        environment: { EXTENSIONS_ENABLED: 'none', EXTENSIONS_START: 'after-next', PUPPET_STARTS: 'true' },
      });

      lambda.invoke();
      await lambda.api.asksForEvent(2);

      expect(lambda.hostPid()).toBeUndefined();
      await expect(lambda.ask()).rejects.toThrow('ECONNREFUSED');
    });
  });

  describe('starts the host', () => {
    it('at the first connection, and answers every caller that connects before it runs', async () => {
      await using lambda = await startSupervised();

      const answers = await Promise.all(Array.from({ length: 1_000 }, () => lambda.ask()));

      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ body }) => body))).toEqual(new Set([String(lambda.hostPid())]));
    });

    it('for a caller that asks for its counters first', async () => {
      const port = await freePort();
      await using lambda = await startSupervised({ environment: { EXTENSIONS_HTTP_PORT: String(port) } });

      const answer = await request(`http://localhost:${port}/metrics`);

      expect(await answer.body.json()).toHaveProperty('secrets');
      expect(lambda.hostPid()).toBeDefined();
    });

    it.each([
      ['when a variable of an extension asks for it', { PUPPET_STARTS: 'true' }],
      ['when the policy says so', { EXTENSIONS_START: 'after-next' }],
    ])('beside the function %s', async (_case, environment) => {
      await using lambda = await startSupervised({ environment });

      await lambda.untilHostRuns();

      const { body } = await lambda.ask('/environment');
      expect(JSON.parse(body)).toMatchObject({ HOST_REASON: 'after-next', HOST_STARTS: '1' });
    });

    it('on demand alone when the policy says so, whatever an extension asks for', async () => {
      await using lambda = await startSupervised({
        environment: { EXTENSIONS_START: 'on-demand', PUPPET_STARTS: 'true' },
      });

      const { body } = await lambda.ask('/environment');

      expect(JSON.parse(body)).toMatchObject({ HOST_REASON: 'connection' });
    });

    it('before the function when a module declares nothing', async () => {
      await using lambda = await startSupervised({ modules: ['recorder.cjs'] });

      await lambda.supervisor.line(/^init/);

      expect(lambda.api.calls.map(({ path }) => path.split('/').at(-1))).toEqual(['register', 'telemetry', 'next']);
    });

    it('with its sockets, its name and its launch context, without what the function preloads, and without core files', async () => {
      await using lambda = await startSupervised({
        environment: { NODE_OPTIONS: '--require=/nowhere', AWS_LAMBDA_EXEC_WRAPPER: '/nowhere' },
      });

      const environment = JSON.parse((await lambda.ask('/environment')).body) as Record<string, string>;
      const limits = (await lambda.ask('/limits')).body;

      const sockets = (environment.LISTEN_FDNAMES ?? '').split(':');
      expect(new Set(sockets)).toEqual(new Set(['secrets', 'appconfig', 'puppet', 'lambda-node-extended']));
      expect(environment).toMatchObject({
        LISTEN_FDS: String(sockets.length),
        HOST_CONTROL_FD: String(3 + sockets.length),
        HOST_STARTS: '1',
        HOST_LOST_RECORDS: '0',
        HOST_DEADLINE_MS: '0',
        HOST_PLAN: expect.stringMatching(/^\{"isCombined":true,"extensions":\[\{"name":"secrets",/),
        HOST_REPORTED: '{"variables":[],"ports":[]}',
        EXTENSION_ID: '11111111-2222-4333-8444-555555555555',
      });
      expect(environment).not.toHaveProperty('NODE_OPTIONS');
      expect(environment).not.toHaveProperty('AWS_LAMBDA_EXEC_WRAPPER');
      expect(limits).toMatch(/Max core file size +0 +0 /);
    });

    it.runIf(process.getuid?.() === 0)('as another user than root', async () => {
      await using lambda = await startSupervised({ uid: 65_534, environment: { PATH: '/usr/bin:/bin' } });

      expect(await lambda.ask()).toEqual({ status: 200, body: String(lambda.hostPid()) });
    });
  });
});
