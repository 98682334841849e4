import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { docker } from './docker.ts';

/** A mock of AWS that containers can reach; it answers each call with the secret. */
export async function startContainerAws(): Promise<{ environment: Record<string, string> } & AsyncDisposable> {
  // The bridge has the first address of its subnet. Docker reports a gateway only if one was configured.
  const subnet = await docker('network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Subnet}}');
  const gateway = subnet.replace(/\d+\/\d+$/, '1');
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ ARN: 'arn', Name: 'bench', SecretString: 'a secret', VersionId: '1' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, gateway, resolve));
  return {
    environment: {
      AWS_ENDPOINT_URL: `http://${gateway}:${(server.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
