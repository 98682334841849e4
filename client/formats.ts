/** The value as its text, which is the default. */
export interface AsText {
  /** Parses the text as JSON. Default: false. */
  json?: false;
  /** Returns the bytes. Default: false. */
  binary?: false;
}

/** The value that the text is JSON of. */
export interface AsJson {
  /** Parses the text as JSON. Default: false. */
  json: true;
  /** Returns the bytes. Default: false. */
  binary?: false;
}

/** The value as its bytes. */
export interface AsBytes {
  /** Parses the text as JSON. Default: false. */
  json?: false;
  /** Returns the bytes. Default: false. */
  binary: true;
}

/** Known only when the program runs. As the last overload it is also the one whose errors TypeScript shows. */
export type AsAny = (Omit<AsText, 'json'> & { json?: boolean }) | (Omit<AsText, 'binary'> & { binary?: boolean });
