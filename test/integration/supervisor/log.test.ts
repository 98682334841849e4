import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isSupervisorBuilt, startSupervised } from '../../support/lambda/supervised.ts';

describe.runIf(isSupervisorBuilt)('the supervisor', () => {
  it('logs once that a port is taken, although the host finds it too', async () => {
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

  it('logs once what is wrong with a setting, whether the supervisor or the host reads it', async () => {
    await using lambda = await startSupervised({
      environment: {
        EXTENSIONS_START: 'soon',
        EXTENSIONS_TELEMETRY_PORT: 'x',
        EXTENSIONS_HTTP_PORT: 'y',
        EXTENSIONS_METRICS_LOG: 'z',
      },
    });

    await lambda.ask();
    await lambda.supervisor.line(/EXTENSIONS_METRICS_LOG/);

    expect(lambda.supervisor.output.match(/WARN .*? is /g)).toEqual([
      'WARN [supervisor] EXTENSIONS_START is ',
      'WARN [supervisor] EXTENSIONS_TELEMETRY_PORT is ',
      'WARN [supervisor] EXTENSIONS_HTTP_PORT is ',
      'WARN [host] EXTENSIONS_METRICS_LOG is ',
    ]);
  });

  it('writes its log in Lambda’s JSON format when the variable says so', async () => {
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

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
