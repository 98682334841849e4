import { spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { extensionsApi } from '../../lambda-api/extensions-api.ts';
import { telemetryApi } from '../../lambda-api/telemetry-api.ts';
import { deliveryUrl } from '../support/lambda/delivery-url.ts';
import { startExtensionsApi } from '../support/lambda/extensions-api.ts';
import { aloneOptFolder, optFolder, separateOptFolder, startHost } from '../support/lambda/host-process.ts';
import { copyOpt } from '../support/lambda/opt-copy.ts';
import { freePort } from '../support/servers/free-port.ts';
import { mayChooseNameServer, startSilentNameServer } from '../support/servers/silent-name-server.ts';

const invoke = (requestId = 'r-1', deadlineMs = Date.now() + 60_000) => ({
  eventType: 'INVOKE',
  deadlineMs,
  requestId,
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:f',
});
const shutdown = (deadlineMs = Date.now() + 2_000) => ({
  eventType: 'SHUTDOWN',
  shutdownReason: 'spindown',
  deadlineMs,
});

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}

describe.each([
  ['in the combined layout', optFolder, 'lambda-node-extended'],
  ['in the separate layout', separateOptFolder, 'secrets'],
  ['alone in the combined layout', aloneOptFolder, 'lambda-node-extended'],
  ['alone in the separate layout', aloneOptFolder, 'secrets'],
])('the host %s', (_layout, folder, name) => {
  const launcher = join(folder, 'extensions', name);

  it('registers under the file name of its launcher, for INVOKE and SHUTDOWN', async () => {
    await using api = await startExtensionsApi();
    await using host = await startHost(launcher, await settings(api.authority));

    await api.asksForEvent(1);

    expect(api.calls.map(({ path }) => path)).toEqual([extensionsApi.register, extensionsApi.next]);
    expect(api.calls[0]).toMatchObject({
      headers: { 'lambda-extension-name': name },
      body: '{"events":["INVOKE","SHUTDOWN"]}',
    });
    expect(host.output).toBe('');
  });

  it('asks for the next event after each invocation, and ends with 0 at SHUTDOWN', async () => {
    await using api = await startExtensionsApi();
    await using host = await startHost(launcher, await settings(api.authority));

    for (const count of [1, 2, 3]) {
      await api.asksForEvent(count);
      api.send(invoke(`r-${count}`));
    }
    await api.asksForEvent(4);
    api.send(shutdown());

    expect(await host.exit).toBe(0);
  });

  it('asks for SHUTDOWN alone on managed instances, where INVOKE is refused', async () => {
    await using api = await startExtensionsApi();
    await using _host = await startHost(launcher, {
      ...(await settings(api.authority)),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances',
    });

    await api.asksForEvent(1);

    expect(api.calls[0]?.body).toBe('{"events":["SHUTDOWN"]}');
  });

  it('accepts connections when it registers, in each of 50 starts', async () => {
    for (let start = 0; start < 50; start++) {
      const environment = await settings('');
      const port = Number(environment.PARAMETERS_SECRETS_EXTENSION_HTTP_PORT);
      const isOpen = Promise.withResolvers<boolean>();
      await using api = await startExtensionsApi({ onRegister: () => isOpen.resolve(accepts(port)) });
      await using _host = await startHost(launcher, { ...environment, AWS_LAMBDA_RUNTIME_API: api.authority });

      expect(await isOpen.promise).toBe(true);
    }
  }, 60_000);

  it('registers without any listener when EXTENSIONS_ENABLED is none', async () => {
    const environment = { ...(await settings('')), EXTENSIONS_ENABLED: 'none' };
    await using api = await startExtensionsApi();
    await using _host = await startHost(launcher, { ...environment, AWS_LAMBDA_RUNTIME_API: api.authority });

    await api.asksForEvent(1);

    expect(await accepts(Number(environment.PARAMETERS_SECRETS_EXTENSION_HTTP_PORT))).toBe(false);
  });

  it('logs once what is wrong with a setting and which value it uses, and goes on', async () => {
    await using api = await startExtensionsApi();
    const environment = { ...(await settings(api.authority)), SECRETS_MANAGER_TTL: '5m' };
    await using host = await startHost(launcher, environment);
    await api.asksForEvent(1);
    await accepts(Number(environment.PARAMETERS_SECRETS_EXTENSION_HTTP_PORT));

    await host.line(/SECRETS_MANAGER_TTL/);

    expect(host.output).toMatch(
      /^\S+ WARN \[secrets\] SECRETS_MANAGER_TTL is "5m": expected a whole number from 0 to 86400\. Using 300\.\n$/,
    );
  });

  it('logs once that its port is taken, and still registers', async () => {
    const taken = createServer();
    const environment = await settings('');
    await new Promise<void>((resolve) =>
      taken.listen(Number(environment.PARAMETERS_SECRETS_EXTENSION_HTTP_PORT), '127.0.0.1', resolve),
    );
    await using api = await startExtensionsApi();
    await using host = await startHost(launcher, { ...environment, AWS_LAMBDA_RUNTIME_API: api.authority });

    await api.asksForEvent(1);

    expect(host.output).toMatch(
      /^\S+ ERROR \[secrets\] (The extension is off, because it could not start:|Unreachable, because) port \d+ is in use .*\n$/,
    );
    taken.close();
  });

  async function settings(authority: string) {
    return { AWS_LAMBDA_RUNTIME_API: authority, PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()) };
  }
});

describe.each([
  ['behind the supervisor', { isAlone: false }],
  ['alone', { isAlone: true }],
])('the host %s', (_way, way) => {
  it('runs from any folder', async () => {
    using opt = copyOpt([], way);
    await using api = await startExtensionsApi();
    await using _host = await start(opt.launcher, api.authority);

    await api.asksForEvent(1);

    expect(api.calls[0]?.headers['lambda-extension-name']).toBe('lambda-node-extended');
  });

  it('does not inherit what the function preloads into Node, and keeps its certificates', async () => {
    using opt = copyOpt(['recorder.cjs'], way);
    await using api = await startExtensionsApi();
    await using host = await start(opt.launcher, api.authority, {
      NODE_OPTIONS: '--require=/nowhere.js',
      AWS_LAMBDA_EXEC_WRAPPER: '/nowhere',
      NODE_EXTRA_CA_CERTS: '/dev/null',
    });

    expect(await host.line(/^init/)).toBe('init NODE_OPTIONS=undefined NODE_EXTRA_CA_CERTS=/dev/null');
  });

  it('passes events and telemetry to a module of the user’s', async () => {
    using opt = copyOpt(['recorder.cjs'], way);
    await using api = await startExtensionsApi();
    const telemetryPort = await freePort();
    await using host = await start(opt.launcher, api.authority, { EXTENSIONS_TELEMETRY_PORT: String(telemetryPort) });
    await api.asksForEvent(1);
    await host.line(/^ready/);

    const delivered = await fetch(deliveryUrl(api), {
      method: 'POST',
      body: JSON.stringify([{ time: '2026-01-01T00:00:00.000Z', type: 'platform.start', record: {} }]),
    });
    api.send(invoke());
    await api.asksForEvent(2);
    api.send(shutdown());
    await host.exit;

    expect(delivered.status).toBe(200);
    expect(host.output.split('\n').slice(1, -1)).toEqual([
      'ready',
      'telemetry platform.start',
      'invoke r-1',
      'shutdown spindown',
    ]);
    const subscription = api.calls.find(({ path }) => path === telemetryApi.subscribe);
    expect(subscription?.method).toBe('PUT');
    expect(JSON.parse(subscription?.body ?? '')).toMatchObject({
      types: ['platform', 'function'],
      destination: {
        protocol: 'HTTP',
        URI: expect.stringMatching(`^http://sandbox.localdomain:${telemetryPort}/[0-9a-f]{32}$`),
      },
    });
  });

  it.each([
    [
      202,
      '{"errorType":"Telemetry.NotSupported"}',
      /INFO \[host\] This environment has no Telemetry API\. Extensions get no telemetry\./,
    ],
    [404, '', /INFO \[host\] This environment has no Telemetry API\. Extensions get no telemetry\./],
    [
      500,
      '{"errorType":"x"}',
      /ERROR \[host\] Extensions get no telemetry, because the telemetry subscription failed with status 500: .*"x"/,
    ],
  ])('goes on without telemetry when the subscription is answered %i, and says so once', async (status, body, line) => {
    using opt = copyOpt(['recorder.cjs'], way);
    await using api = await startExtensionsApi({ subscribe: { status, body } });
    await using host = await start(opt.launcher, api.authority, {
      EXTENSIONS_TELEMETRY_PORT: String(await freePort()),
    });

    await api.asksForEvent(1);
    api.send(invoke());
    await api.asksForEvent(2);
    // The log travels by another way than the events.
    await host.line(line);

    expect(host.output.split('\n').filter((text) => line.test(text))).toHaveLength(1);
  });

  it('keeps serving events when modules throw, reject, hang or cannot start', async () => {
    using opt = copyOpt(['throwing.cjs', 'hanging.cjs', 'broken.cjs', 'nonsense.mjs', 'recorder.cjs'], way);
    await using api = await startExtensionsApi();
    await using host = await start(opt.launcher, api.authority, {
      EXTENSIONS_TELEMETRY_PORT: String(await freePort()),
    });
    await api.asksForEvent(1);

    api.send(invoke('r-1', Date.now() + 400));
    await api.asksForEvent(2);
    api.send(invoke('r-2'));
    await api.asksForEvent(3);
    api.send(shutdown());

    expect(await host.exit).toBe(0);
    const complaints = host.output.split('\n').filter((line) => line.includes(' ERROR '));
    expect(complaints.map((line) => line.replace(/^\S+ ERROR /, '').slice(0, 44)).sort()).toEqual([
      '[broken] The extension is off, because it co',
      '[hanging] invoke took too long, so the host ',
      '[host] The host continues after an uncaught ',
      '[host] The host continues after an uncaught ',
      '[host] The host continues after an uncaught ',
      '[host] The host continues after an uncaught ',
      '[nonsense] The extension is off, because it ',
      '[throwing] invoke failed: thrown at once | a',
      '[throwing] shutdown failed: rejected | at Ob',
    ]);
    expect(host.output).toContain('invoke r-2');
    expect(host.output).toContain('shutdown spindown');
  });

  it('runs only the module whose name the launcher has', async () => {
    using opt = copyOpt(['recorder.cjs'], way);
    const launcher = join(opt.folder, 'extensions/recorder');
    copyFileSync(opt.launcher, launcher);
    await using api = await startExtensionsApi();
    const port = await freePort();
    await using _host = await start(launcher, api.authority, {
      EXTENSIONS_TELEMETRY_PORT: String(await freePort()),
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(port),
    });

    await api.asksForEvent(1);

    expect(api.calls[0]?.headers['lambda-extension-name']).toBe('recorder');
    expect(await accepts(port)).toBe(false);
  });

  it('ends with an error when Lambda refuses it', async () => {
    await using api = await startExtensionsApi({
      register: { status: 403, body: '{"errorType":"Extension.RegistrationClosed"}' },
    });
    await using host = await start(launcherOf(way), api.authority);

    expect(await host.exit).toBe(1);
    expect(host.output).toMatch(
      /ERROR \[(host|supervisor)\] .* register (was answered|failed with status) 403: .*RegistrationClosed/,
    );
  });

  it('asks again when the connection to Lambda breaks', async () => {
    await using api = await startExtensionsApi();
    await using host = await start(launcherOf(way), api.authority);
    await api.asksForEvent(1);

    api.cutConnections();
    await api.asksForEvent(2);
    api.send(shutdown());

    expect(await host.exit).toBe(0);
  });
});

describe('the host alone', () => {
  it('serves listening sockets that its parent opened', async () => {
    const parent = createServer();
    await new Promise<void>((resolve) => parent.listen(0, '127.0.0.1', resolve));
    const { port } = parent.address() as { port: number };
    await using api = await startExtensionsApi();
    const host = spawn(launcherOf({ isAlone: true }), {
      env: {
        PATH: process.env.PATH,
        AWS_SESSION_TOKEN: 't',
        AWS_LAMBDA_RUNTIME_API: api.authority,
        LISTEN_FDS: '1',
        LISTEN_FDNAMES: 'secrets',
      },
      stdio: ['ignore', 'inherit', 'inherit', (parent as unknown as { _handle: { fd: number } })._handle.fd],
    });
    await api.asksForEvent(1);
    parent.close();

    const answer = await fetch(`http://127.0.0.1:${port}/`);

    expect(answer.status).toBe(403);
    host.kill('SIGKILL');
  });

  it.skipIf(!mayChooseNameServer)(
    'does not let Lambda wait for a name server that does not answer (needs root, to give the host one of its own)',
    async () => {
      await using nameServer = await startSilentNameServer();
      using opt = copyOpt(['collector.cjs'], { isAlone: true });
      await using api = await startExtensionsApi();
      const startedAtMs = performance.now();
      await using _host = await startHost(
        opt.launcher,
        { AWS_LAMBDA_RUNTIME_API: api.authority, PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()) },
        { through: nameServer.through },
      );

      await api.asksForEvent(1);

      // The resolver of the C library tries for ten seconds.
      expect(performance.now() - startedAtMs).toBeLessThan(5_000);
    },
  );

  it('says in one line that there is no Node.js', async () => {
    await using host = await startHost(launcherOf({ isAlone: true }), { PATH: '/nowhere' });

    expect(await host.exit).toBe(127);
    expect(host.output).toMatch(/^\[lambda-node-extended\] ERROR no Node\.js: .*\n$/);
  });
});

function launcherOf({ isAlone }: { isAlone: boolean }): string {
  return join(isAlone ? aloneOptFolder : optFolder, 'extensions/lambda-node-extended');
}

async function start(launcher: string, authority: string, environment: Record<string, string> = {}) {
  return startHost(launcher, {
    AWS_LAMBDA_RUNTIME_API: authority,
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
    ...environment,
  });
}
