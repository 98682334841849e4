declare module 'splunk-logging' {
  export class Logger {
    constructor(config: object);
    eventFormatter: (message: object) => object;
    send(context: { message: object; metadata: object }): void;
    flush(done: (error: unknown) => void): void;
  }
}
