import type { Deployed } from '../../test/support/servers/appconfig-server.ts';

/** Application, environment and profile. */
export const FLAGS_KEY = 'shop:prod:flags';

/** A flag with variants and a basic one, as AppConfig delivers them. */
export const FLAGS: Deployed = {
  contentType: 'application/ion; type=AWS.AppConfig.FeatureFlags',
  version: 'v1',
  content: `
'colorway'::[
  [ (contains $userId "beta"), '''{"_variant": "BetaTesters", "enabled": true, "background": "blue"}''' ],
  [ (split by::$userId pct::10), '''{"_variant": "Tenth", "enabled": true, "background": "red"}''' ],
  '''{"_variant": "Default Variant", "enabled": false}''',
]
'button_color'::'''{"enabled": true, "color": "orange"}'''`,
};
