import { splitList } from './of-secrets.ts';
import type { Permission, Variables } from './permission.ts';

export function ofInsights(variables: Variables): Permission[] {
  if (!splitList(variables.LAMBDA_INSIGHTS).includes('cloudwatch')) return [];
  return [
    {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resource: 'arn:aws:logs:REGION:ACCOUNT_ID:log-group:/aws/lambda-insights:*',
      reason: 'LAMBDA_INSIGHTS names cloudwatch',
    },
  ];
}
