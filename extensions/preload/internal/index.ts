/** `lambda-node-extended/internal`: extensions that run in the function's own process. docs/extensions.md. */

export { type SchemaOptions, schema } from '../../../foundation/schema.ts';
export type { Setting, Settings, SettingValues } from '../../../foundation/settings.ts';
export { fraction, list, oneOf, port, text, truth, wholeNumber } from '../../../foundation/settings.ts';
export type { SchemaResult, StandardSchema } from '../../../foundation/standard-schema.ts';
export type { HookedInvocation } from '../../../lambda-api/invocation-hooks.ts';
export {
  defineInternalExtension,
  type InternalContext,
  type InternalExtension,
  type InternalHandlers,
} from './define-internal.ts';
