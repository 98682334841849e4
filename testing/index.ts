/** For tests: an extension in this process, a function in its image (by Testcontainers), and what both and the emulator have written. */
export { type Invocation, LambdaContainer, StartedLambdaContainer } from './lambda-container.ts';
export { type ManualClock, manualClock } from './manual-clock.ts';
export { assertLine, assertNoHints, assertNoLine, hasLine, type WithLines } from './matchers.ts';
export {
  type ExtensionLine,
  type StartExtensionOptions,
  type StartedExtension,
  startExtension,
} from './start-extension.ts';
