import { describe, expect, it } from 'vitest';
import { awsErrors } from '../../test/support/builders/aws-errors.ts';
import { explainFailure, UnusableConfigurationError } from './explain-failure.ts';

const fromAws = (name: string, httpStatusCode: number, message = 'why', more = {}) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode }, ...more });

describe('a failure', () => {
  it.each([
    [
      'nothing there',
      fromAws('ResourceNotFoundException', 404, 'why', { ResourceType: 'Environment' }),
      [404, 'Environment', false],
    ],
    ['a bad request', fromAws('BadRequestException', 400), [400, undefined, false]],
    ['no permission', fromAws('AccessDeniedException', 403), [400, undefined, false]],
    ['throttling', fromAws('ThrottlingException', 429), [502, undefined, true]],
    ['an error of AppConfig', fromAws('InternalServerException', 500), [502, undefined, true]],
    ['no time left', new DOMException('late', 'TimeoutError'), [504, undefined, true]],
    ['no connection', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), [502, undefined, true]],
    ['no JSON', new SyntaxError('Unexpected token s in secret'), [502, undefined, true]],
    ['a configuration that cannot be served', new UnusableConfigurationError('it is odd'), [500, undefined, false]],
  ])('of %s has a status that AWS’s agent documents', (_case, error, expected) => {
    const { status, resourceType, isUnreachable } = explainFailure(error);

    expect([status, resourceType, isUnreachable]).toEqual(expected);
  });

  it.each(awsErrors)('is told apart by $what', ({ error, code, isTransient, appConfig }) => {
    expect(explainFailure(error)).toMatchObject({ status: appConfig, code, isUnreachable: isTransient });
  });

  it('names the permission that is missing', () => {
    const error = fromAws(
      'AccessDeniedException',
      403,
      'User: u is not authorized to perform: appconfig:StartConfigurationSession on x',
    );

    expect(explainFailure(error).text).toMatch(
      /; allow appconfig:StartConfigurationSession in the role of the function$/,
    );
  });

  it('names who does not answer, and what a VPC needs', () => {
    const error = Object.assign(new Error('timed out'), {
      code: 'ETIMEDOUT',
      endpoint: 'appconfigdata.eu-central-1.amazonaws.com',
    });

    expect(explainFailure(error).text).toBe(
      'TimeoutError: timed out; appconfigdata.eu-central-1.amazonaws.com does not answer: a function in a VPC needs a NAT gateway or a VPC endpoint for AppConfig Data',
    );
  });

  it('quotes nothing of what a parser could not read', () => {
    expect(explainFailure(new SyntaxError('hunter2')).text).not.toContain('hunter2');
  });
});
