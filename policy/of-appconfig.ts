import { splitList } from './of-secrets.ts';
import type { Permission, Variables } from './permission.ts';

/** What AWS_APPCONFIG_EXTENSION_PREFETCH_LIST names. The resource has ids where the setting may have names. */
export function ofAppConfig(variables: Variables): Permission[] {
  return splitList(variables.AWS_APPCONFIG_EXTENSION_PREFETCH_LIST).map((text) => ({
    actions: ['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration'],
    resource: 'arn:aws:appconfig:REGION:ACCOUNT_ID:application/APP_ID/environment/ENV_ID/configuration/PROFILE_ID',
    reason: `AWS_APPCONFIG_EXTENSION_PREFETCH_LIST names ${text}`,
  }));
}
