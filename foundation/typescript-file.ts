/** Whether a file is TypeScript that somebody has to build; declarations are nobody's program. */
export function isTypeScript(file: string): boolean {
  return /\.[cm]?ts$/.test(file) && !/\.d\.[cm]?ts$/.test(file);
}

export const BUILD_TYPESCRIPT =
  'it is TypeScript. Build it to JavaScript first, e.g. with esbuild --bundle --platform=node --format=cjs';
