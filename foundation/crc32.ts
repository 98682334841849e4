/** Of `node:zlib`, which is loaded at the first use: most processes that import this never need it. */
export const crc32: typeof import('node:zlib').crc32 = (data) => process.getBuiltinModule('node:zlib').crc32(data);
