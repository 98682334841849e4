import { type AwsAnswer, answerJson, aParameter, aSecret } from './aws-server.ts';

/** AWS with some secrets and parameters, and the errors that it has for others. */
export const awsValues: AwsAnswer = ({ operation, input }, response) => {
  switch (operation) {
    case 'GetSecretValue': {
      const found = SECRETS.get(String(input.SecretId));
      return found === undefined
        ? answerJson(response, 400, { __type: 'ResourceNotFoundException', Message: 'Secrets Manager can’t find it.' })
        : answerJson(response, 200, { ...found, VersionStages: [input.VersionStage ?? 'AWSCURRENT'] });
    }
    case 'BatchGetSecretValue': {
      const ids = input.SecretIdList as string[];
      return answerJson(response, 200, {
        SecretValues: ids.flatMap((id) => SECRETS.get(id) ?? []),
        Errors: ids
          .filter((id) => !SECRETS.has(id))
          .map((id) => ({
            SecretId: id,
            ErrorCode: 'ResourceNotFoundException',
            Message: 'Secrets Manager can’t find it.',
          })),
      });
    }
    case 'GetParameter': {
      const found = parameterOf(String(input.Name));
      return found === undefined
        ? answerJson(response, 400, { __type: 'ParameterNotFound', message: `${input.Name} does not exist` })
        : answerJson(response, 200, { Parameter: found });
    }
    case 'GetParameters': {
      const names = input.Names as string[];
      return answerJson(response, 200, {
        Parameters: names.flatMap((name) => parameterOf(name) ?? []),
        InvalidParameters: names.filter((name) => parameterOf(name) === undefined),
      });
    }
    case 'GetParametersByPath':
      return answerJson(response, 200, { Parameters: PARAMETERS.map((name) => parameterOf(name)) });
    default:
      return answerJson(response, 400, { __type: 'UnknownOperationException', message: operation });
  }
};

function parameterOf(nameWithSelector: string) {
  const [name = '', selector] = nameWithSelector.split(':');
  const { Parameter } = aParameter({ Name: name, ...(selector === undefined ? {} : { Selector: `:${selector}` }) });
  return PARAMETERS.includes(name) ? Parameter : undefined;
}

const SECRETS = new Map(
  [
    aSecret(),
    aSecret({
      Name: 'binary',
      ARN: 'arn:aws:secretsmanager:eu-central-1:1:secret:binary-123456',
      SecretString: undefined,
      SecretBinary: 'AP8=',
    }),
  ].map((secret) => [String(secret.Name), secret]),
);
const PARAMETERS = ['/app/a', '/app/b'];
