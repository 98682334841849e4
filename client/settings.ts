import { oneOf } from '../foundation/settings.ts';

/** What only the client reads. */
export const settings = {
  mode: oneOf(
    'EXTENSIONS_CLIENT',
    ['auto', 'direct', 'extension'],
    'auto',
    'Who asks AWS for secrets and parameters that the function reads by `lambda-node-extended/client`: the function’s own process (`direct`) or the extension (`extension`). `auto` is `direct` where that can do the same; see [the client](secrets.md#who-asks-aws).',
  ),
};
