/** For tests: a function in its image, by Testcontainers. */
export { type Invocation, LambdaContainer, StartedLambdaContainer } from './lambda-container.ts';
