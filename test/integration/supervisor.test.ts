import { once } from 'node:events';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { telemetryApi } from '../../lambda-api/telemetry-api.ts';
import { readElf } from '../support/lambda/elf.ts';
import { optFolder, startHost } from '../support/lambda/host-process.ts';
import { startSupervised } from '../support/lambda/supervised.ts';
import { freePort } from '../support/servers/free-port.ts';
import { startTelemetryVendor } from '../support/servers/telemetry-vendor.ts';

const isBuilt = readFileSync(join(optFolder, 'extensions/lambda-node-extended')).subarray(1, 4).toString() === 'ELF';

describe.runIf(isBuilt)('the supervisor', () => {
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
    it('at the first connection, and answers all who connect before it runs', async () => {
      await using lambda = await startSupervised();

      const answers = await Promise.all(Array.from({ length: 1_000 }, () => lambda.ask()));

      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ body }) => body))).toEqual(new Set([String(lambda.hostPid())]));
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
      expect(new Set(sockets)).toEqual(new Set(['secrets', 'appconfig', 'puppet']));
      expect(environment).toMatchObject({
        LISTEN_FDS: String(sockets.length),
        HOST_CONTROL_FD: String(3 + sockets.length),
        HOST_STARTS: '1',
        HOST_LOST_RECORDS: '0',
        HOST_DEADLINE_MS: '0',
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

    it('and frozen with it, hears of its end before it hears of an invocation', async () => {
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
    ])('notices it, though processes that it started live on%s', async (_case, path) => {
      await using lambda = await startSupervised();
      const host = Number((await lambda.ask()).body);
      const child = Number((await lambda.ask(path)).body);

      process.kill(host, 'SIGKILL');
      await lambda.supervisor.line(/The host was terminated by signal 9/);

      process.kill(child, 'SIGKILL');
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
      await fetch(`http://127.0.0.1:${lambda.telemetryPort}`, { method: 'POST', body: JSON.stringify([record]) });
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

      lambda.invoke();
      process.kill(pid, 'SIGKILL');
      await lambda.api.asksForEvent(2);

      await lambda.supervisor.line(/The host was terminated by signal 9/);
    });

    it('with requests waiting, resets these and serves the next', async () => {
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

  describe('when the host is in an endless loop', () => {
    it('outside an invocation, lets invocations pass, kills it and starts it again', async () => {
      await using lambda = await startSupervised();
      const first = Number((await lambda.ask()).body);

      const reset = lambda.ask('/loop').catch((error: NodeJS.ErrnoException) => error.code);
      lambda.invoke();
      await lambda.api.asksForEvent(2);
      // Ten seconds, which one waits for that gets no CPU, have two digits.
      await lambda.supervisor.line(/The host was killed because it did not answer for \d s/);

      expect(await reset).toBe('ECONNRESET');
      expect(Number((await lambda.ask()).body)).not.toBe(first);
    });

    it('in an invocation, kills it and goes on', async () => {
      await using lambda = await startSupervised({ environment: { PUPPET_INVOKE: 'loop' } });
      await lambda.ask();
      await lambda.api.asksForEvent(1);

      lambda.invoke();
      await lambda.api.asksForEvent(2);

      await lambda.supervisor.line(/The host was killed because it did not answer for \d s/);
    });
  });

  it('kills a host that does not read its control socket, and drops no event', async () => {
    await using lambda = await startSupervised();
    const pid = Number((await lambda.ask()).body);
    process.kill(pid, 'SIGSTOP');

    // More than the buffer of a socket takes.
    lambda.invoke('r'.repeat(500_000));
    await lambda.supervisor.line(/The host was killed because it does not read its control socket/);
    await lambda.api.asksForEvent(2);

    expect(Number((await lambda.ask()).body)).not.toBe(pid);
  });

  it('asks for the next event when the host never says that it is done', async () => {
    await using lambda = await startSupervised();
    const pid = Number((await lambda.ask()).body);
    process.kill(pid, 'SIGSTOP');

    lambda.invoke('r-1', Date.now() + 60_000);
    await lambda.api.asksForEvent(2);
    process.kill(pid, 'SIGCONT');

    expect((await lambda.ask()).body).toBe(String(pid));
    expect(lambda.supervisor.output).toBe('');
  });

  it('takes no CPU time while callers wait for a host that accepts none', async () => {
    await using lambda = await startSupervised();
    const pid = Number((await lambda.ask()).body);
    process.kill(pid, 'SIGSTOP');
    const before = cpuMsOf(lambda.supervisor.process.pid);

    const answer = lambda.ask();
    lambda.invoke();
    await lambda.api.asksForEvent(2);

    expect(cpuMsOf(lambda.supervisor.process.pid) - before).toBeLessThan(200);
    process.kill(pid, 'SIGCONT');
    await answer;
  });

  it('asks for the next event before the function’s deadline, whatever the host does', async () => {
    await using lambda = await startSupervised();
    const pid = Number((await lambda.ask()).body);
    process.kill(pid, 'SIGSTOP');

    const deadlineMs = Date.now() + 500;
    lambda.invoke('r-1', deadlineMs);
    await lambda.api.asksForEvent(2);

    expect(Date.now()).toBeLessThan(deadlineMs + 1_000);
    process.kill(pid, 'SIGCONT');
  });

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
      expect(lambda.supervisor.output).toContain('Callers get 503 for 10 s. After that the host restarts on its next use. The function is unaffected.');
    });

    it('kills one that is never ready, and starts another', async () => {
      await using lambda = await startSupervised({ environment: { PUPPET_BOOT: 'loop' } });

      const isReset = expect(lambda.ask()).rejects.toThrow();
      const first = await lambda.untilHostRuns();
      await lambda.supervisor.line(/The host was killed because it was not ready after 10 s/);

      expect(await lambda.untilHostRuns()).not.toBe(first);
      await lambda.supervisor[Symbol.asyncDispose]();
      await isReset;
    });

    it('answers 503 that there is no Node.js', async () => {
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
    ['does not come to an end of its init', 'never', 'its init took longer than 5 s'],
  ])('lets the host answer 503 for an extension that %s, and serve the others', async (_case, boot, why) => {
    await using lambda = await startSupervised({ environment: { PUPPET_BOOT: boot } });

    const answer = await lambda.ask();

    expect(answer).toEqual({
      status: 503,
      body: expect.stringMatching(/^Nothing serves puppet: its extension is off/),
    });
    await lambda.supervisor.line(new RegExp(`ERROR \\[puppet\\] is off, because it could not start: ${why}`));
    const secrets = await fetch(`http://127.0.0.1:${lambda.secretsPort}/`);
    expect(secrets.status).toBe(403);
  });

  it('takes no freeze for a hang, whatever the host is doing', async () => {
    await using lambda = await startSupervised();
    const pid = Number((await lambda.ask()).body);
    const both = [lambda.supervisor.process.pid ?? 0, pid];

    lambda.invoke('r-1', Date.now() + 60_000);
    for (const process_ of both) process.kill(process_, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    for (const process_ of both) process.kill(process_, 'SIGCONT');
    await lambda.api.asksForEvent(2);

    expect((await lambda.ask()).body).toBe(String(pid));
    expect(lambda.supervisor.output).toBe('');
  });

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

  it('ends after its host, whose ports the next one in this environment needs', async () => {
    await using lambda = await startSupervised();
    const host = Number((await lambda.ask()).body);
    process.kill(host, 'SIGSTOP');

    const ended = once(lambda.supervisor.process, 'exit');
    lambda.shutDown(Date.now() + 500);
    await ended;

    expect(existsSync(`/proc/${host}`)).toBe(false);
  });

  it('takes its host with it when it is killed itself, though that does not move', async () => {
    await using lambda = await startSupervised();
    process.kill(Number((await lambda.ask()).body), 'SIGSTOP');

    lambda.supervisor.process.kill('SIGKILL');

    // Not before both have let go of its output.
    expect(await lambda.supervisor.exit).toBeNull();
  });

  describe('with a telemetry subscription', () => {
    const records = JSON.stringify(
      Array.from({ length: 3 }, () => ({ time: '2026-01-01T00:00:00.000Z', type: 'function', record: 'x' })),
    );

    it('asks Lambda for it as the host alone would, and starts the host at the first delivery', async () => {
      await using lambda = await startSupervised({
        modules: ['collector.cjs'],
        environment: { EXTENSIONS_START: 'on-demand' },
      });
      expect(lambda.hostPid()).toBeUndefined();

      const delivered = await fetch(`http://127.0.0.1:${lambda.telemetryPort}`, { method: 'POST', body: records });

      expect(delivered.status).toBe(200);
      const subscription = lambda.api.calls.find(({ path }) => path === telemetryApi.subscribe);
      expect(JSON.parse(subscription?.body ?? '')).toEqual({
        schemaVersion: '2025-01-29',
        types: ['platform', 'function'],
        buffering: { maxItems: 1_000, maxBytes: 262_144, timeoutMs: 1_000 },
        destination: { protocol: 'HTTP', URI: `http://sandbox.localdomain:${lambda.telemetryPort}` },
      });
    });

    it.each([
      [202, '{"errorType":"Telemetry.NotSupported"}', /INFO \[supervisor\] This environment has no Telemetry API\. Extensions get no telemetry\.$/],
      [404, '', /INFO \[supervisor\] This environment has no Telemetry API\. Extensions get no telemetry\.$/],
      [500, '{"errorType":"x"}', /ERROR \[supervisor\] Extensions get no telemetry, because the telemetry subscription failed with status 500: .*x/],
    ])('that is answered %i, goes on without, and says so once', async (status, body, line) => {
      await using vendor = await startTelemetryVendor();
      await using lambda = await startSupervised({
        answers: { subscribe: { status, body } },
        environment: {
          TELEMETRY_DESTINATIONS: 'http',
          TELEMETRY_HTTP_URL: vendor.url,
          TELEMETRY_OTLP_PORT: String(await freePort()),
        },
      });

      lambda.invoke('r-1');
      await lambda.api.asksForEvent(2);
      lambda.invoke('r-2');
      await lambda.api.asksForEvent(3);

      expect(lambda.supervisor.output.trimEnd().split('\n')).toEqual([expect.stringMatching(line)]);
    });

    it('asks for what a module that declares nothing may want besides, and gives nobody more than that', async () => {
      await using vendor = await startTelemetryVendor();
      await using lambda = await startSupervised({
        modules: ['recorder.cjs'],
        environment: {
          TELEMETRY_DESTINATIONS: 'http',
          TELEMETRY_HTTP_URL: vendor.url,
          TELEMETRY_TYPES: 'platform',
          TELEMETRY_FLUSH: 'continuous,0',
          TELEMETRY_OTLP_PORT: String(await freePort()),
        },
      });
      const body = JSON.stringify(
        ['function', 'extension', 'platform.fault'].map((type) => ({
          time: '2026-01-01T00:00:00.000Z',
          type,
          record: type,
        })),
      );

      await fetch(`http://127.0.0.1:${lambda.telemetryPort}`, { method: 'POST', body });
      await lambda.supervisor.line(/^telemetry function,platform\.fault$/);
      lambda.shutDown();
      await lambda.supervisor.exit;

      const subscription = lambda.api.calls.find(({ path }) => path === telemetryApi.subscribe);
      expect(JSON.parse(subscription?.body ?? '')).toMatchObject({ types: ['platform', 'function', 'extension'] });
      expect(vendor.records().map(({ type }) => type)).toEqual(['platform.fault']);
    });

    it('counts the records that die with the host, and the next one reports them', async () => {
      await using lambda = await startSupervised({ modules: ['collector.cjs'] });
      let deliveries = 0;
      // Blanks, because the same bytes again would count as a repetition.
      const deliver = () => {
        deliveries += 1;
        const body = records + ' '.repeat(deliveries);
        return fetch(`http://127.0.0.1:${lambda.telemetryPort}`, { method: 'POST', body });
      };

      for (let batch = 0; batch < 2; batch++) await deliver();
      await deliver();
      const pid = await lambda.untilHostRuns();
      process.kill(pid, 'SIGKILL');
      await lambda.supervisor.line(/terminated by signal 9\. \d+ telemetry records were lost with it\./);
      await deliver();

      await lambda.supervisor.line(/ERROR \[host\] 9 telemetry records were lost with the process before this one/);
    });
  });

  describe('and Lambda’s API', () => {
    it('that does not listen yet: it asks until it does', async () => {
      const port = await freePort();
      await using supervisor = await startHost(join(optFolder, 'extensions/lambda-node-extended'), {
        AWS_LAMBDA_RUNTIME_API: `localhost:${port}`,
        PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
      });
      await supervisor.line(/WARN \[supervisor\] Cannot reach Lambda's API at localhost:\d+: .* Retrying\./);

      const asked = Promise.withResolvers<string | undefined>();
      const server = createServer((request) => asked.resolve(request.url)).listen(port, '127.0.0.1');

      expect(await asked.promise).toBe('/2020-01-01/extension/register');
      server.closeAllConnections();
      server.close();
    });

    it('that sends its answers in chunks, byte by byte, and closes each connection', async () => {
      const paths: string[] = [];
      const server = createServer(async (request, response) => {
        paths.push(request.url?.split('/').at(-1) ?? '');
        const body = JSON.stringify(
          paths.length === 4
            ? { eventType: 'SHUTDOWN', shutdownReason: 'spindown', deadlineMs: Date.now() + 2_000 }
            : { eventType: 'INVOKE', deadlineMs: Date.now() + 3_000, requestId: 'r', invokedFunctionArn: 'arn' },
        );
        response.writeHead(200, { connection: 'close', 'lambda-extension-identifier': 'an-id' });
        for (const letter of body) {
          response.write(letter);
          await new Promise((resolve) => setImmediate(resolve));
        }
        response.end();
      });
      const port = await listening(server);
      await using supervisor = await startHost(join(optFolder, 'extensions/lambda-node-extended'), {
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
      });

      expect(await supervisor.exit).toBe(0);
      expect(paths).toEqual(['register', 'next', 'next', 'next']);
      server.close();
    });

    it('that sends nonsense instead of an event: it asks again', async () => {
      const answers = ['{}', 'nonsense', '{"eventType":"PING"}'];
      await using lambda = await startSupervised();

      for (const [index, answer] of answers.entries()) {
        lambda.api.send({ eventType: answer });
        await lambda.api.asksForEvent(index + 2);
      }
      lambda.shutDown();

      expect(await lambda.supervisor.exit).toBe(0);
    });

    it('that sends nothing else: it says so once', async () => {
      const server = createServer((_request, response) =>
        response.writeHead(200, { 'lambda-extension-identifier': 'an-id' }).end('{}'),
      );
      const port = await listening(server);
      await using supervisor = await startHost(join(optFolder, 'extensions/lambda-node-extended'), {
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
      });

      await supervisor.line(/WARN \[supervisor\] Cannot reach Lambda's API at .*: the response is not an event\. Retrying\./);

      server.closeAllConnections();
      server.close();
    });
  });

  it('says in one line that a port is taken, though the host finds the same', async () => {
    const taken = createServer();
    const port = await listening(taken);
    await using lambda = await startSupervised({
      environment: { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(port) },
    });

    const { status } = await lambda.ask();
    lambda.shutDown();
    await lambda.supervisor.exit;

    expect(status).toBe(200);
    expect(lambda.supervisor.output.match(/.*is in use.*/g)).toEqual([
      expect.stringMatching(/ERROR \[secrets\] Unreachable, because port \d+ is in use/),
    ]);
    taken.close();
  });

  it('says in one line what is wrong with a setting, whether it reads it or the host', async () => {
    await using lambda = await startSupervised({
      environment: { EXTENSIONS_START: 'soon', EXTENSIONS_TELEMETRY_PORT: 'x', EXTENSIONS_HTTP_PORT: 'y' },
    });

    await lambda.ask();
    await lambda.supervisor.line(/EXTENSIONS_HTTP_PORT/);

    expect(lambda.supervisor.output.match(/WARN .*? is /g)).toEqual([
      'WARN [supervisor] EXTENSIONS_START is ',
      'WARN [supervisor] EXTENSIONS_TELEMETRY_PORT is ',
      'WARN [host] EXTENSIONS_HTTP_PORT is ',
    ]);
  });

  it('writes its log in Lambda’s JSON format when that is asked for', async () => {
    await using lambda = await startSupervised({
      environment: { AWS_LAMBDA_LOG_FORMAT: 'JSON', EXTENSIONS_START: 'soon' },
    });

    expect(JSON.parse(await lambda.supervisor.line(/./))).toMatchObject({
      level: 'WARN',
      extension: 'supervisor',
      message: 'EXTENSIONS_START is "soon": expected one of auto, on-demand, after-next. Using auto.',
    });
  });
});

function cpuMsOf(pid = 0): number {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(afterName[11]) + Number(afterName[12])) * 10;
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
