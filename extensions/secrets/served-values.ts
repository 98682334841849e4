/**
 * The texts in the values that were served: a secret whole, and each text in it where it is JSON. It is asked with each delivery
 * of telemetry, so bodies that were read before are not parsed again.
 */
export function servedTexts(): (bodies: Iterable<string>) => Set<string> {
  let known = new Map<string, ReadonlySet<string>>();
  return (bodies) => {
    const read = new Map<string, ReadonlySet<string>>();
    for (const body of bodies) read.set(body, known.get(body) ?? textsIn(body));
    known = read;
    return new Set([...read.values()].flatMap((texts) => [...texts]));
  };
}

/** The texts in one body of AWS. */
export function textsIn(body: string): Set<string> {
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
  SecretString?: string | null;
  /** Base64. */
  SecretBinary?: string | null;
  Parameter?: ParameterBody;
  Parameters?: ParameterBody[];
}

interface ParameterBody {
  Type: string;
  Value: string | null;
}
