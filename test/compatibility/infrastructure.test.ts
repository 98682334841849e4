/**
 * `examples/cdk` is synthesised by the real CDK. `examples/terraform` is parsed by Terraform's own grammar (HCL) and compared with it:
 * Terraform itself is not on npm.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { execaSync } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { policyFor } from '../../policy/index.ts';
import { installTools } from '../support/installed-package.ts';

const MINUTE = 60_000;
const EXAMPLES = resolve(import.meta.dirname, '../../examples');

type Resource = { readonly Type: string; readonly Properties: Record<string, unknown> };
type Block = Record<string, unknown>;
type Blocks = Record<string, Record<string, Block[]>>;

let folder: string;
let stack: Record<string, Resource>;
let terraform: { resource: Blocks; data: Blocks };
beforeAll(async () => {
  // Below the CDK, so that Node.js finds it; beside the other examples, which the app reads.
  folder = mkdtempSync(join(installTools(join(EXAMPLES, 'cdk')), 'examples-'));
  cpSync(EXAMPLES, folder, { recursive: true });
  const app = join(folder, 'cdk');
  execaSync('npm', ['run', 'synth'], { cwd: app });
  stack = JSON.parse(readFileSync(join(app, 'cdk.out/orders.template.json'), 'utf8')).Resources;
  terraform = (await parse('main.tf', readFileSync(join(EXAMPLES, 'terraform/main.tf'), 'utf8'))) as typeof terraform;
}, 10 * MINUTE);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the CDK makes the function of an image, one dashboard, and an alarm for each of the template', () => {
  const { Resources: alarms } = JSON.parse(readFileSync(join(EXAMPLES, 'monitoring/alarms.json'), 'utf8'));

  const [lambda] = ofType('AWS::Lambda::Function');
  expect(lambda).toMatchObject({ PackageType: 'Image', Architectures: ['arm64'], Timeout: 10 });
  expect(ofType('AWS::CloudWatch::Alarm')).toHaveLength(Object.keys(alarms).length);
  const [dashboard] = ofType('AWS::CloudWatch::Dashboard');
  expect(JSON.parse(String(dashboard?.DashboardBody)).widgets.length).toBeGreaterThan(5);
  expect(dashboard?.DashboardBody).not.toMatch(/FUNCTION|REGION/);
});

it('Terraform makes the same function with the same variables', () => {
  const [lambda = {}] = ofType('AWS::Lambda::Function');

  const [same = {}] = terraform.resource.aws_lambda_function?.orders ?? [];

  const { Variables } = lambda.Environment as { Variables: object };
  expect(same).toMatchObject({
    package_type: lambda.PackageType,
    memory_size: lambda.MemorySize,
    timeout: lambda.Timeout,
    architectures: lambda.Architectures,
    environment: [{ variables: Variables }],
  });
});

it('both allow the same, which is what our policy command prints', () => {
  const [policy = {}] = ofType('AWS::IAM::Policy');
  const { Statement } = policy.PolicyDocument as { Statement: { Action: unknown; Resource: unknown }[] };
  const [document = {}] = terraform.data.aws_iam_policy_document?.reads ?? [];

  const byCdk = Statement.map(({ Action, Resource }) => ({ actions: [Action].flat(), resources: [textOf(Resource)] }));
  const byTerraform = document.statement as { actions: string[]; resources: string[] }[];

  const [lambda = {}] = ofType('AWS::Lambda::Function');
  const { Variables } = lambda.Environment as { Variables: Record<string, string> };
  const { document: printed } = policyFor(
    { ...Variables, SECRETS_PREFETCH: 'prod/db,/orders/table' },
    { region: 'eu-central-1', accountId: 'ACCOUNT' },
  ) as { document: { Statement: { Action: unknown; Resource: string }[] } };
  expect(byCdk).toEqual(
    printed.Statement.map(({ Action, Resource }) => ({ actions: [Action].flat(), resources: [Resource] })),
  );
  expect(
    byTerraform.map(({ actions, resources }) => ({
      actions,
      resources: resources.map((one) => one.replace(/\$\{local\.arn\}/, 'eu-central-1:ACCOUNT')),
    })),
  ).toEqual(byCdk);
});

it('each name that the Terraform file uses is defined in it', () => {
  const text = readFileSync(join(EXAMPLES, 'terraform/main.tf'), 'utf8');
  const uses = [...text.matchAll(/\b(data\.)?(aws_[a-z_]+)\.([a-z_]+)\./g)];

  const undefinedNames = uses.filter(
    ([, isData, type = '', name = '']) => (isData ? terraform.data : terraform.resource)[type]?.[name] === undefined,
  );

  expect(uses.length).toBeGreaterThan(5);
  expect(undefinedNames.map(([use]) => use)).toEqual([]);
});

function ofType(type: string): Record<string, unknown>[] {
  return Object.values(stack).flatMap(({ Type, Properties }) => (Type === type ? [Properties] : []));
}

/** A text of CloudFormation, as it will be in the account ACCOUNT. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (join !== undefined) return join[1].map(textOf).join(join[0]);
  return { 'AWS::Partition': 'aws', 'AWS::AccountId': 'ACCOUNT' }[Ref ?? ''] ?? String(Ref);
}
