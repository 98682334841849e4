import { randomUUID } from 'node:crypto';
import { GenericContainer, Network, type StartedNetwork, Wait } from 'testcontainers';
import { MINISTACK } from '../../../scripts/image.ts';
import { callAppConfig, callMinistack, ministackCalls } from '../../../scripts/ministack.ts';

export interface AwsContainer extends AsyncDisposable {
  /** Functions reach it at `endpoint` in this network. */
  network: StartedNetwork;
  endpoint: string;
  /** The address for this machine. */
  url: string;
  /** Creates a secret that no other test has, and returns its name. */
  createSecret(value: string): Promise<string>;
  createParameter(value: string): Promise<string>;
  /** Creates an application, an environment and a profile in AppConfig, and deploys what is given. */
  createConfiguration(content: string, contentType: string): Promise<AwsConfiguration>;
  /** How often the secret was read from ministack. */
  readsOfSecret(secretId: string): Promise<number>;
  readsOfParameter(name: string): Promise<number>;
}

export interface AwsConfiguration {
  application: string;
  environment: string;
  configuration: string;
  /** Another version. */
  deploy(content: string): Promise<void>;
}

/** Starts ministack as a mock of AWS. */
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
    createConfiguration: (content, contentType) => createConfiguration(url, content, contentType),
    readsOfSecret: (secretId) => count('GetSecretValue', 'SecretId', secretId),
    readsOfParameter: (name) => count('GetParameter', 'Name', name),
    async [Symbol.asyncDispose]() {
      await container.stop();
      await network.stop();
    },
  };
}

async function createConfiguration(url: string, content: string, contentType: string): Promise<AwsConfiguration> {
  const create = async (path: string, body: object) => String((await callAppConfig(url, path, body)).Id);
  const names = { application: `shop-${randomUUID()}`, environment: 'prod', configuration: 'flags' };
  const application = await create('/applications', { Name: names.application });
  const environment = await create(`/applications/${application}/environments`, { Name: names.environment });
  const profiles = `/applications/${application}/configurationprofiles`;
  const profile = await create(profiles, { Name: names.configuration, LocationUri: 'hosted' });
  const atOnce = { Name: randomUUID(), DeploymentDurationInMinutes: 0, GrowthFactor: 100, ReplicateTo: 'NONE' };
  const strategy = await create('/deploymentstrategies', atOnce);

  async function deploy(newContent: string): Promise<void> {
    const versions = `${profiles}/${profile}/hostedconfigurationversions`;
    const { 'version-number': version } = await callAppConfig(url, versions, newContent, contentType);
    await callAppConfig(url, `/applications/${application}/environments/${environment}/deployments`, {
      ConfigurationProfileId: profile,
      ConfigurationVersion: String(version),
      DeploymentStrategyId: strategy,
    });
  }
  await deploy(content);
  return { ...names, deploy };
}
