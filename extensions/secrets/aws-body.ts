/** Bodies as AWS's extension sends them: Go's JSON of the SDK's result, byte for byte. */

export interface SecretValue {
  ARN?: string | undefined;
  CreatedDate?: Date | undefined;
  Name?: string | undefined;
  SecretBinary?: Uint8Array | undefined;
  SecretString?: string | undefined;
  VersionId?: string | undefined;
  VersionStages?: string[] | undefined;
}

export interface ParameterValue {
  ARN?: string | undefined;
  DataType?: string | undefined;
  LastModifiedDate?: Date | undefined;
  Name?: string | undefined;
  Selector?: string | undefined;
  SourceResult?: string | undefined;
  Type?: string | undefined;
  Value?: string | undefined;
  Version?: number | undefined;
}

/** The fields stand in the order of the alphabet, absent ones as null. */
export function secretBody(secret: SecretValue): string {
  return goJson({
    ARN: secret.ARN ?? null,
    CreatedDate: goTime(secret.CreatedDate),
    Name: secret.Name ?? null,
    SecretBinary: secret.SecretBinary === undefined ? null : Buffer.from(secret.SecretBinary).toString('base64'),
    SecretString: secret.SecretString ?? null,
    VersionId: secret.VersionId ?? null,
    VersionStages: secret.VersionStages ?? null,
    ResultMetadata: {},
  });
}

export function parameterBody(parameter: ParameterValue): string {
  return goJson({ Parameter: parameterFields(parameter), ResultMetadata: {} });
}

/** Several parameters, as `GetParametersByPath` would give them on one page. */
export function parametersBody(parameters: readonly ParameterValue[]): string {
  return goJson({ Parameters: parameters.map(parameterFields), ResultMetadata: {} });
}

function parameterFields(parameter: ParameterValue): Record<string, unknown> {
  return {
    ARN: parameter.ARN ?? null,
    DataType: parameter.DataType ?? null,
    LastModifiedDate: goTime(parameter.LastModifiedDate),
    Name: parameter.Name ?? null,
    Selector: parameter.Selector ?? null,
    SourceResult: parameter.SourceResult ?? null,
    Type: parameter.Type ?? '',
    Value: parameter.Value ?? null,
    Version: parameter.Version ?? 0,
  };
}

/** Go's encoder escapes what could end a script element, and two line ends that JavaScript strings once did not allow. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** RFC 3339 with as many digits of the second's fraction as it needs. */
function goTime(date: Date | undefined): string | null {
  return date === undefined ? null : date.toISOString().replace(/\.?0+Z$/, 'Z');
}
