/** What the client would do to read a flag without the extension: two signed requests, and the rules in the function's memory. */
import { openSender } from '../../aws-call/send.ts';
import { signedHeaders } from '../../aws-call/sign.ts';
import { parseFlagDocument } from '../../extensions/appconfig/flags/ion-document.ts';

const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
const keys = {
  accessKeyId: AWS_ACCESS_KEY_ID,
  secretAccessKey: AWS_SECRET_ACCESS_KEY,
  sessionToken: AWS_SESSION_TOKEN,
};
const { send } = openSender({ wallMs: Date.now, proxyEnvironment: {}, longestMs: 3_000 });

async function ask(method, path, input) {
  const body = Buffer.from(input === undefined ? '' : JSON.stringify(input));
  const unsigned = { method, url: `${AWS_ENDPOINT_URL}${path}`, headers: { 'content-type': 'application/json' }, body };
  const headers = signedHeaders(unsigned, { service: 'appconfig', region: AWS_REGION }, keys, Date.now());
  return send({ ...unsigned, headers }, AbortSignal.timeout(3_000));
}

const session = await ask('POST', '/configurationsessions', {
  ApplicationIdentifier: 'shop',
  EnvironmentIdentifier: 'prod',
  ConfigurationProfileIdentifier: 'flags',
});
const { InitialConfigurationToken: token } = JSON.parse(session.body.toString());
const { body } = await ask('GET', `/configuration?configuration_token=${encodeURIComponent(token)}`);
const steps = parseFlagDocument(body.toString(), () => undefined);
let step = steps.next();
while (!step.done) step = steps.next();
const context = new Map([
  ['userId', 'beta-1'],
  ['country', 'DE'],
]);
const flag = JSON.parse(step.value.get('colorway').evaluate(context, { spend: () => undefined }));

export const handler = async () => flag;
