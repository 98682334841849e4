/** Which short texts recur, such as `hit`, `eu-west-1` or `true`, so that one copy serves all items. */
export interface RecurringTexts {
  /** The copy to keep. Texts over the limit are not remembered. */
  same(text: string): string;
  /** Whether most items share the text that `same` had last. */
  isShared(): boolean;
  /** Whether most items share this text. */
  has(text: string): boolean;
}

export function recurringTexts(longest: number): RecurringTexts {
  let texts = new Map<string, { readonly text: string; times: number }>();
  let latestTimes = 0;
  return {
    same(text) {
      latestTimes = 0;
      if (text.length > longest) return text;
      const known = texts.get(text);
      if (known !== undefined) {
        known.times += 1;
        latestTimes = known.times;
        return known.text;
      }
      if (texts.size >= MOST_TEXTS) texts = new Map();
      texts.set(text, { text, times: 1 });
      return text;
    },
    isShared: () => latestTimes > FEW_TIMES,
    has: (text) => (texts.get(text)?.times ?? 0) > FEW_TIMES,
  };
}

/** `JSON.parse` shares equal texts up to this length, measured in characters. */
export const LONGEST_SHORT_TEXT = 10;
const MOST_TEXTS = 1_000;
const FEW_TIMES = 4;
