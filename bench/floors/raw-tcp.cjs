/** No HTTP: answers all input with REPLY. Shows what the sockets and the load client cost by themselves. */
const net = require('node:net');

const { PORT, REPLY = '' } = process.env;
const reply = Buffer.from(REPLY);

net
  .createServer({ noDelay: true }, (socket) => {
    socket.on('data', () => socket.write(reply));
    socket.on('error', () => socket.destroy());
  })
  .listen(Number(PORT), '127.0.0.1');
