/** For tests: runs a function in its image, with Testcontainers. */
export { type Invocation, LambdaContainer, StartedLambdaContainer } from './lambda-container.ts';
