/** The version of the package, the images and the layers. `npm run release` refuses one that package.json does not have. */
export const VERSION = '0.1.0';
