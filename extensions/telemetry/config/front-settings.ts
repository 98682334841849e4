import { list, oneOf, type Setting } from '../../../foundation/settings.ts';
import { embeddedMetricsModes } from '../read/normalise.ts';
import { compilePatterns } from '../redact/search.ts';

/** What becomes of records before any route sees them. */
export const frontSettings = {
  embeddedMetrics: oneOf(
    'TELEMETRY_EMBEDDED_METRICS',
    embeddedMetricsModes,
    'metrics',
    'What becomes of log lines in CloudWatch’s embedded metric format.',
  ),
  redactKeys: list(
    'TELEMETRY_REDACT_KEYS',
    [
      'password',
      'passwd',
      'pwd',
      'passphrase',
      'secret',
      'secretkey',
      'token',
      'authorization',
      'apikey',
      'accesskey',
      'privatekey',
      'credentials',
      'cookie',
      'cookies',
      'jwt',
    ],
    'Ends of names of fields whose values are hidden, in the place of these.',
  ),
  redactPatterns: patterns(
    'TELEMETRY_REDACT_PATTERNS',
    'Patterns, one a line, of texts to hide; see [what can be used](telemetry-records.md#patterns).',
  ),
};

/** Those that cannot be taken are left out. */
function patterns(variable: string, purpose: string): Setting<readonly string[]> {
  return {
    variable,
    fallback: [],
    purpose,
    expected: 'regular expressions, one a line, without look-around, back references and lazy quantifiers',
    read(text) {
      const lines = text.split('\n').filter((line) => line.trim() !== '');
      const value = lines.filter((line) => canBeTaken([line]));
      if (!canBeTaken(value)) return { value: [], isValid: false };
      return { value, isValid: value.length === lines.length };
    },
  };
}

function canBeTaken(lines: readonly string[]): boolean {
  try {
    compilePatterns(lines);
    return true;
  } catch {
    return false;
  }
}
