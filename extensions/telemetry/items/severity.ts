/** OpenTelemetry's number for a logger's level, in upper or lower case; 0 for other words. */
export function severityOf(level: string): number {
  const severity = SEVERITIES.get(level);
  if (severity !== undefined) return severity;
  return level.length > LONGEST_LEVEL ? 0 : (SEVERITIES.get(level.toUpperCase()) ?? 0);
}

/** Without the codes of a terminal, which colour it or make it bold, and without blanks around it. */
export function plainLevel(level: string): string {
  return (level.includes('\u001b') ? withoutColours(level) : level).trim();
}

export function withoutColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: such a code begins with one.
  return text.replace(/\u001b\[[\d;:]*m/g, '');
}

/** The word for a numeric level of pino and bunyan: 30 to 39 is INFO. */
export function levelOfNumber(level: number): string | undefined {
  if (!(level >= 10)) return undefined;
  return LEVELS_BY_TENS[Math.min(Math.floor(level / 10), LEVELS_BY_TENS.length) - 1];
}

function isUpper(text: string): boolean {
  return text === text.toUpperCase();
}

const LEVELS_BY_TENS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const SEVERITIES = new Map([
  ['INFO', 9],
  ['info', 9],
  ['ERROR', 17],
  ['error', 17],
  ['WARN', 13],
  ['warn', 13],
  ['DEBUG', 5],
  ['debug', 5],
  ['TRACE', 1],
  ['SILLY', 1],
  ['VERBOSE', 5],
  ['HTTP', 6],
  ['LOG', 9],
  ['INFORMATION', 9],
  ['SUCCESS', 9],
  ['READY', 9],
  ['NOTICE', 10],
  ['WARNING', 13],
  ['ERR', 17],
  ['FAIL', 17],
  ['CRITICAL', 21],
  ['CRIT', 21],
  ['ALERT', 21],
  ['FATAL', 21],
  ['EMERG', 24],
  ['EMERGENCY', 24],
]);
/** Longer ones before those that they begin with. */
export const levelWords: readonly string[] = [...SEVERITIES.keys()].filter(isUpper).sort((a, b) => b.length - a.length);
const LONGEST_LEVEL = 11;
