import { once } from 'node:events';
import { connect } from 'node:net';
import { execa } from 'execa';

/** A port that neither accepts nor refuses connections, as behind a firewall that drops packets. */
export async function startBlackHole(): Promise<{ port: number } & AsyncDisposable> {
  const program = `const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));`;
  const child = execa(process.execPath, ['-e', program], { stdin: 'ignore', stderr: 'inherit', reject: false });
  const [line] = await once(child.stdout, 'data');
  const port = Number(line);
  // A stopped process accepts nothing. Two connections fill its queue, and the kernel drops all later ones.
  child.kill('SIGSTOP');
  const fillers = [1, 2].map(() => connect(port, '127.0.0.1').on('error', () => undefined));
  await Promise.all(fillers.map((socket) => once(socket, 'connect')));

  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of fillers) socket.destroy();
      child.kill('SIGKILL');
      await child;
    },
  };
}
