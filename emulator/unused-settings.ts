/** A hint where the environment has settings of our extensions and no extension runs: they have no effect. */
export function hintAtUnusedSettings(
  environment: Readonly<Record<string, string | undefined>>,
  extensions: readonly string[],
): string | undefined {
  if (extensions.length > 0) return undefined;
  const unused = Object.keys(environment)
    .filter((name) => OURS.test(name))
    .sort();
  if (unused.length === 0) return undefined;
  return `No extension runs, so ${unused.join(', ')} ${unused.length === 1 ? 'has' : 'have'} no effect. Name a folder with extensions by --opt-dir (optDir).`;
}

const OURS =
  /^(PARAMETERS_SECRETS_EXTENSION_\w+|SECRETS_(PREFETCH|LOCAL_FILE\w*|MANAGER_TTL|REFRESH_AHEAD)|SSM_PARAMETER_STORE_TTL|AWS_APPCONFIG_EXTENSION_\w+|LOCAL_DEVELOPMENT_DIRECTORY|TELEMETRY_(DESTINATIONS|CONFIG|OTLP_\w+)|LAMBDA_INSIGHTS|EXTENSIONS_(ENABLED|START))$/;
