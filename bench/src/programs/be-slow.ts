import { once } from 'node:events';
import { connect } from 'node:net';

// So many clients of a server, half of which take a blob and half of which send a pack, 1 KiB a second each.
const [port, count, readHead = '', writeHead = ''] = process.argv.slice(2);
const bytes = 1024;
let broken = 0;
for (let i = 0; i < Number(count); i++) (i % 2 === 0 ? read : write)();
// Until all have begun, which they do when the server has heard of them.
process.send?.('going');
await once(process, 'message');
process.send?.(broken);
process.exit(0);

function read(): void {
  const socket = connect({ port: Number(port), host: '127.0.0.1' });
  socket.write(readHead);
  socket.on('close', () => broken++).on('error', () => undefined);
  setInterval(() => socket.read(bytes), 1000);
}

function write(): void {
  const socket = connect({ port: Number(port), host: '127.0.0.1' });
  socket.write(writeHead);
  socket.on('close', () => broken++).on('error', () => undefined);
  setInterval(() => socket.write(Buffer.alloc(bytes)), 1000);
}
