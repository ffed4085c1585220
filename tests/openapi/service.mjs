// A server of its own for a check, and the counting of checks.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export function startServer(dataDir, ...options) {
  const server = spawn(process.env.PHONOND ?? './phonond', ['serve', '--listen=127.0.0.1:0', '--data', dataDir, ...options],
    { stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((done, fail) => {
    server.on('error', fail);
    server.once('exit', (code) => fail(new Error(`the server ended with ${code}`)));
    createInterface({ input: server.stdout }).once('line', (line) => done({ server, base: line.split(' ').at(-1) }));
  });
}

export async function stopServer(server) {
  server.removeAllListeners('exit');
  const ended = new Promise((done) => server.once('exit', done));
  server.kill('SIGTERM');
  await ended;
}

export const tally = { checked: 0, failed: 0 };

export function check(ok, what) {
  tally.checked++;
  if (!ok) {
    tally.failed++;
    console.error(`FAIL ${what}`);
  }
}

export function report(what) {
  console.log(`${tally.checked - tally.failed} of ${tally.checked} ${what} passed`);
  process.exitCode = tally.failed ? 1 : 0;
}
