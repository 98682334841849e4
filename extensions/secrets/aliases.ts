import { parameter, secret, type Wanted } from '../../aws-call/wanted.ts';

/**
 * Whatever else the body of `wanted` is the answer to: a secret or parameter has a name and an ARN, and decryption changes
 * nothing but a SecureString.
 */
export function aliasesOf(wanted: Wanted, body: string): Wanted[] {
  switch (wanted.kind) {
    case 'secret': {
      const { Name, ARN } = JSON.parse(body);
      return [Name, ARN].filter(isText).map((name) => secret(name, wanted));
    }
    case 'parameter': {
      const { Name, ARN, Type, Selector } = JSON.parse(body).Parameter;
      // The name may have carried the selector: `/p:3` is not `/p`.
      const selector = isText(Selector) ? Selector.slice(1) : undefined;
      const decryptions = Type === 'SecureString' ? [wanted.withDecryption] : [true, false];
      return [Name, ARN]
        .filter(isText)
        .flatMap((name) => decryptions.map((withDecryption) => parameter(name, { selector, withDecryption })));
    }
    case 'path':
      return [];
    default:
      return wanted satisfies never;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
