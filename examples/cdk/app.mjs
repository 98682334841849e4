/** A function of an image with its permissions, its dashboard and its alarms. `npm run synth` writes the template to `cdk.out`. */
import { readFileSync } from 'node:fs';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture, DockerImageCode, DockerImageFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';

const app = new App();
const stack = new Stack(app, 'orders', { env: { region: 'eu-central-1' } });

const orders = new DockerImageFunction(stack, 'Function', {
  functionName: 'orders',
  // Lambda takes the image of one architecture, without attestations: CDK builds it so.
  code: DockerImageCode.fromImageAsset(path('../secrets-client'), { platform: Platform.LINUX_ARM64 }),
  architecture: Architecture.ARM_64,
  memorySize: 512,
  timeout: Duration.seconds(10),
  environment: { EXTENSIONS_METRICS_LOG: 'true', LAMBDA_INSIGHTS: 'cloudwatch' },
});

// What `npx lambda-node-extended policy` prints for the variables above, and what the handler reads.
orders.addToRolePolicy(
  new PolicyStatement({
    actions: ['secretsmanager:GetSecretValue'],
    // The end of a secret's ARN is random.
    resources: [stack.formatArn({ service: 'secretsmanager', resource: 'secret:prod/db-??????' })],
  }),
);
orders.addToRolePolicy(
  new PolicyStatement({
    actions: ['ssm:GetParameter'],
    resources: [stack.formatArn({ service: 'ssm', resource: 'parameter/orders/table' })],
  }),
);
orders.addToRolePolicy(
  new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [stack.formatArn({ service: 'logs', resource: 'log-group:/aws/lambda-insights:*' })],
  }),
);

const onCall = new Topic(stack, 'OnCall');
new CfnInclude(stack, 'Alarms', {
  templateFile: path('../monitoring/alarms.json'),
  parameters: { FunctionName: orders.functionName, TopicArn: onCall.topicArn },
});
new CfnDashboard(stack, 'Dashboard', {
  dashboardName: 'orders',
  dashboardBody: readFileSync(path('../monitoring/dashboard.json'), 'utf8')
    .replaceAll('FUNCTION', 'orders')
    .replaceAll('REGION', stack.region),
});
new CfnOutput(stack, 'FunctionArn', { value: orders.functionArn });
app.synth();

function path(relative) {
  return new URL(relative, import.meta.url).pathname;
}
