import { defaultExport } from '../../../foundation/default-export.ts';
import { whyNotNamed } from '../../../lambda-api/extension-names.ts';
import type { InternalExtension, InternalHandlers } from './define-internal.ts';

/** The default export of a module, one level deeper where CommonJS was imported. @throws TypeError where it is no internal extension. */
export function checkedDefinition(module: unknown): InternalExtension {
  const definition = defaultExport(module) as Partial<InternalExtension> | undefined;
  if (typeof definition !== 'object' || definition === null || typeof definition.init !== 'function')
    throw new TypeError('its default export is no internal extension: it needs "name", "settings" and "init"');
  const { name, settings } = definition;
  const whyNot = whyNotNamed(String(name ?? ''));
  if (whyNot !== undefined) throw new TypeError(`no extension may be called ${JSON.stringify(name)}: ${whyNot}`);
  if (typeof settings !== 'object' || settings === null) throw new TypeError('"settings" is missing: {} has none');
  // What TypeScript would have refused, in plain JavaScript.
  const { shutdown, subscribesTo } = definition as Record<string, unknown>;
  if (shutdown !== undefined) throw new TypeError(NO_SHUTDOWN);
  if (subscribesTo !== undefined)
    throw new TypeError(
      '"subscribesTo" is for extensions of lambda-node-extended/extension, which run beside the function',
    );
  return definition as InternalExtension;
}

/** @throws TypeError where a handler waits for what never comes. */
export function checkedHandlers(handlers: InternalHandlers | undefined): InternalHandlers {
  if (handlers?.shutdown !== undefined) throw new TypeError(NO_SHUTDOWN);
  return handlers ?? {};
}

const NO_SHUTDOWN =
  'Lambda sends no SHUTDOWN to an internal extension. Move what "shutdown" does to an extension of lambda-node-extended/extension, which gets it';
