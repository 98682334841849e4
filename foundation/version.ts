/** That of package.json, which a bundle does not have; a test holds them equal. */
export const VERSION = '0.1.0';
