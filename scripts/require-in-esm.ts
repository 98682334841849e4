/** For bundles that are ES modules and hold CommonJS, which requires Node's own modules. The names are such as no source has. */
export const REQUIRE_IN_ESM =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);";
