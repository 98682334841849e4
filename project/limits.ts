/** What Lambda allows, as of December 2026: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MB = 1024 * 1024;
const LARGEST_UNPACKED_BYTES = 250 * MB;
/** A larger one is published from S3. */
const LARGEST_UPLOAD_BYTES = 50 * MB;
const MOST_EXTENSIONS = 10;

export interface Layer {
  readonly file: string;
  readonly zippedBytes: number;
  readonly unpackedBytes: number;
  /** The files in its folder `extensions`. */
  readonly extensions: number;
}

/** What Lambda would refuse of a layer, one sentence each. */
export function violations({ file, unpackedBytes, extensions }: Layer): string[] {
  return [
    ...(unpackedBytes > LARGEST_UNPACKED_BYTES
      ? [
          `${file} has ${unpackedBytes.toLocaleString('en')} bytes unpacked, and Lambda takes ${megabytes(LARGEST_UNPACKED_BYTES)} at most, for the function and all its layers together. Leave packages out of the extension, or ship it in an image.`,
        ]
      : []),
    ...(extensions > MOST_EXTENSIONS
      ? [
          `${file} has ${extensions} extensions, and Lambda starts ${MOST_EXTENSIONS} at most. Build them as modules: one host runs them all, and counts as one.`,
        ]
      : []),
  ];
}

/** What the user must know of a layer that Lambda takes. */
export function advice({ file, zippedBytes }: Layer): string[] {
  return zippedBytes > LARGEST_UPLOAD_BYTES
    ? [
        `${file} has ${megabytes(zippedBytes)}, so publish it from S3: Lambda takes ${megabytes(LARGEST_UPLOAD_BYTES)} at most directly.`,
      ]
    : [];
}

/** For people: `0.7 MB`, `12 KB`. */
export function sizeOf(bytes: number): string {
  return bytes < MB / 10 ? `${(bytes / 1024).toFixed(1)} KB` : megabytes(bytes);
}

function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0)} MB`;
}
