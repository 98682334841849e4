/** Milliseconds since the epoch of a W3C date, which may end at the year, the month or the day. UTC where it names no zone. */
export function timestampMs(text: string): number | undefined {
  const ms = W3C_DATE.test(text) ? Date.parse(TIME_WITHOUT_ZONE.test(text) ? `${text}Z` : text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** Ion writes the month of a year as `2024-01T`, W3C and AppConfig's rules as `2024-01`. Texts and comments stay as they are. */
export function withIonTimestamps(text: string): string {
  return text.replace(STRING_OR_MONTH, (all, month) => (month === undefined ? all : `${all}T`));
}

const W3C_DATE = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;
const TIME_WITHOUT_ZONE = /T[\d:.]+$/;
/** A text that nobody closes goes on to the end: looking for its end again from each quote within would take minutes. */
const STRING_OR_MONTH =
  /\/\/[^\n]*|\/\*.*?(?:\*\/|$)|'{3}.*?(?:'{3}|$)|'(?:\\.|[^'\\])*(?:'|\\?$)|"(?:\\.|[^"\\])*(?:"|\\?$)|(?<![\w.:+-])(\d{4}-\d\d)(?=[\s,()[\]]|$)/gs;
