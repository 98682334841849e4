/** AWS's runtime client 3 has no types for its entry. */
declare module 'aws-lambda-ric-3' {
  export function run(taskRoot: string, handler: string): Promise<void>;
}
