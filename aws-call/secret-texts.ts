/**
 * The texts of an answer that must not be logged: a secret whole, and each text in it where it is JSON; of parameters those of
 * type SecureString. `body` is JSON with the fields of AWS's answer.
 */
export function secretTexts(body: string): Set<string> {
  const texts = new Set<string>();
  const { SecretString, SecretBinary, Parameter, Parameters = [] } = JSON.parse(body) as Body;
  const parameters = Parameter === undefined ? Parameters : [Parameter];
  const secure = parameters.filter(({ Type }) => Type === 'SecureString').map(({ Value }) => Value);
  for (const value of [SecretString, ...secure]) if (value) collect(value, texts);
  if (SecretBinary) add(SecretBinary, texts);
  return texts;
}

function collect(value: string, texts: Set<string>): void {
  add(value, texts);
  try {
    JSON.parse(value, (_key, field) => {
      if (typeof field === 'string') add(field, texts);
      return field;
    });
  } catch {
    // Not JSON: the text as a whole is the secret.
  }
}

/** Shorter ones, such as `admin` or `5432`, stand in every second line for other reasons. */
function add(text: string, texts: Set<string>): void {
  if (text.length >= LEAST_LENGTH) texts.add(text);
}

const LEAST_LENGTH = 6;

interface Body {
  readonly SecretString?: string | null;
  /** Base64. */
  readonly SecretBinary?: string | null;
  readonly Parameter?: ParameterBody;
  readonly Parameters?: readonly ParameterBody[];
}

interface ParameterBody {
  readonly Type?: string;
  readonly Value?: string | null;
}
