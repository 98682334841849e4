import { defineExtension } from 'lambda-node-extended/extension'; // is in /opt

export default defineExtension({
  name: 'hello',
  settings: {},
  init: ({ host: { log } }) => ({
    invoke: ({ requestId }) => log.info(`Hello ${requestId}`),
    shutdown: ({ shutdownReason }) => log.info(`Goodbye: ${shutdownReason}`),
  }),
});
