import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

/** A port at which connections are neither made nor refused, as behind a firewall that drops packets. */
export async function startBlackHole(): Promise<{ port: number } & AsyncDisposable> {
  const program = `const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const port = Number(line);
  // It will never accept again: two connections fill its queue, and the kernel drops all that come after.
  child.kill('SIGSTOP');
  const fillers = [1, 2].map(() => connect(port, '127.0.0.1').on('error', () => undefined));
  await Promise.all(fillers.map((socket) => once(socket, 'connect')));

  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of fillers) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
