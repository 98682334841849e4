import { list, oneOf, type Setting } from '../../sdk/index.ts';
import { embeddedMetricsModes } from '../read/normalise.ts';
import { compilePatterns } from '../redact/search.ts';

/** What happens to items before any route sees them. */
export const frontSettings = {
  embeddedMetrics: oneOf(
    'TELEMETRY_EMBEDDED_METRICS',
    embeddedMetricsModes,
    'metrics',
    'What log lines in CloudWatch’s embedded metric format become: metrics, metrics and lines, or lines.',
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
    'Hides the values of fields whose names end in one of these words, comma-separated. Replaces the default list.',
  ),
  redactPatterns: patterns(
    'TELEMETRY_REDACT_PATTERNS',
    'Hides texts that match these patterns, one a line; see [the syntax](telemetry-records.md#patterns).',
  ),
};

/** Invalid patterns are left out. */
function patterns(variable: string, purpose: string): Setting<readonly string[]> {
  return {
    variable,
    fallback: [],
    purpose,
    expected: 'regular expressions, one a line, without look-around, back references and lazy quantifiers',
    read(text) {
      const lines = text.split('\n').filter((line) => line.trim() !== '');
      const value = lines.filter((line) => isValidTogether([line]));
      if (!isValidTogether(value)) return { value: [], isValid: false };
      return { value, isValid: value.length === lines.length };
    },
  };
}

function isValidTogether(lines: readonly string[]): boolean {
  try {
    compilePatterns(lines);
    return true;
  } catch {
    return false;
  }
}
