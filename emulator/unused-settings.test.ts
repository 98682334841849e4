import { expect, it } from 'vitest';
import { hintAtUnusedSettings } from './unused-settings.ts';

it('names the settings that have no effect, because no extension runs', () => {
  const hint = hintAtUnusedSettings(
    { SECRETS_LOCAL_FILE: 'values.json', EXTENSIONS_ENABLED: 'all', TABLE: 'orders' },
    [],
  );

  expect(hint).toBe(
    'No extension runs, so EXTENSIONS_ENABLED, SECRETS_LOCAL_FILE have no effect. Name a folder with extensions by --opt-dir (optDir).',
  );
});

it.each([
  { environment: { SECRETS_LOCAL_FILE: 'values.json' }, extensions: ['lambda-node-extended'] },
  { environment: { TABLE: 'orders', SECRETS: '1', TELEMETRY: 'on' }, extensions: [] },
])('says nothing of $environment where the extensions are $extensions', ({ environment, extensions }) => {
  expect(hintAtUnusedSettings(environment, extensions)).toBeUndefined();
});
