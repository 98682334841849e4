import { randomUUID } from 'node:crypto';
import { GenericContainer, Network, type StartedNetwork, Wait } from 'testcontainers';
import { MINISTACK } from '../../scripts/image.ts';
import { callMinistack, ministackCalls } from '../../scripts/ministack.ts';

export interface AwsContainer extends AsyncDisposable {
  /** Where functions find it, under `endpoint`. */
  network: StartedNetwork;
  endpoint: string;
  /** Where this machine finds it. */
  url: string;
  /** Creates a secret that no other test has, and returns its name. */
  createSecret(value: string): Promise<string>;
  createParameter(value: string): Promise<string>;
  /** How often the secret was read from here. */
  readsOfSecret(secretId: string): Promise<number>;
  readsOfParameter(name: string): Promise<number>;
}

/** Starts ministack in AWS's place. */
export async function startAws(): Promise<AwsContainer> {
  const network = await new Network().start();
  const container = await new GenericContainer(MINISTACK)
    .withNetwork(network)
    .withNetworkAliases('aws')
    .withExposedPorts(4566)
    .withWaitStrategy(Wait.forHttp('/_ministack/health', 4566))
    .start();
  const url = `http://${container.getHost()}:${container.getMappedPort(4566)}`;
  const count = async (operation: string, parameter: string, value: string) =>
    (await ministackCalls(url, operation)).filter((parameters) => parameters[parameter] === value).length;

  return {
    network,
    endpoint: 'http://aws:4566',
    url,
    async createSecret(SecretString) {
      const Name = `secret-${randomUUID()}`;
      await callMinistack(url, 'secretsmanager.CreateSecret', { Name, SecretString });
      return Name;
    },
    async createParameter(Value) {
      const Name = `/parameter/${randomUUID()}`;
      await callMinistack(url, 'AmazonSSM.PutParameter', { Name, Value, Type: 'String' });
      return Name;
    },
    readsOfSecret: (secretId) => count('GetSecretValue', 'SecretId', secretId),
    readsOfParameter: (name) => count('GetParameter', 'Name', name),
    async [Symbol.asyncDispose]() {
      await container.stop();
      await network.stop();
    },
  };
}
