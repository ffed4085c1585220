// A receiver that behaves in ways that its path says, and a server that tells it. Every signature is checked with
// the reference library of Standard Webhooks, also while the secret is rotated.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { check, report, startServer, stopServer } from './service.mjs';

const RETRY_MS = 40;

// --- The receiver -----------------------------------------------------------------------------------------------

const received = []; // {path, headers, body}

function answer(path, n, response) {
  if (path.startsWith('/fail2') && n <= 2) response.writeHead(500);
  else if (path.startsWith('/always500')) response.writeHead(500);
  else if (path.startsWith('/gone')) response.writeHead(410);
  else if (path.startsWith('/redirect')) response.writeHead(302, { Location: '/target' });
  else if (path.startsWith('/big')) response.writeHead(200).write(Buffer.alloc(1 << 20));
  else response.writeHead(204);
  response.end();
}

const receiver = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    received.push({ path: request.url, headers: request.headers, body: Buffer.concat(pieces).toString() });
    answer(request.url, received.filter((r) => r.path === request.url).length, response);
  });
  response.on('error', () => {});
});
await new Promise((done) => receiver.listen(0, '127.0.0.1', done));
const hook = (path) => `http://127.0.0.1:${receiver.address().port}${path}`;

// --- The server -------------------------------------------------------------------------------------------------

const start = (dataDir, ...options) => startServer(dataDir, '--webhook-retry-ms', String(RETRY_MS), ...options);

let seed = 0;
async function submit(base, webhook, more = {}, headers = {}) {
  const answer = await fetch(`${base}/render`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ source: `out $ sine ${200 + seed++}`, cycles: 1, sample_rate: 8000, webhook, ...more }),
  });
  const job = await answer.json();
  check(answer.ok, `submission: ${JSON.stringify(job)}`);
  return job.id;
}

const json = async (url, options) => (await fetch(url, options)).json();
const at = (path) => received.filter((r) => r.path === path);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, condition, ms = 15000) {
  const end = Date.now() + ms;
  while (!(await condition()) && Date.now() < end) await pause(20);
  check(await condition(), what);
}

function isSigned(one, secret) {
  try {
    new Webhook(secret).verify(one.body, one.headers);
    return true;
  } catch {
    return false;
  }
}

// --- What must hold ---------------------------------------------------------------------------------------------

async function checkSignatures(base) {
  const { secret } = await json(`${base}/webhooks/secret`);
  const id = await submit(base, hook('/ok'), { webhook_events: ['start', 'completed'] });
  await until('start and completed arrive', () => at('/ok').length === 2);
  for (const one of at('/ok')) check(isSigned(one, secret), 'the reference library accepts the signature');
  check(!isSigned({ ...at('/ok')[0], body: `${at('/ok')[0].body} ` }, secret), 'it accepts no other body');
  const [started, ended] = at('/ok').map((one) => JSON.parse(one.body));
  check(started.type === 'job.started' && ended.type === 'job.succeeded', 'types in order');
  check(ended.data.id === id && ended.data.result.bytes > 0, 'the job is in it');
  check(at('/ok')[0].headers['webhook-id'] !== at('/ok')[1].headers['webhook-id'], 'messages differ in their ids');
  const rotated = await json(`${base}/webhooks/secret/rotate?grace=600`, { method: 'POST' });
  check(rotated.secret !== secret && rotated.previous_until, 'a rotation gives a new secret');
  await submit(base, hook('/rotated'));
  await until('a webhook after the rotation', () => at('/rotated').length === 1);
  check(isSigned(at('/rotated')[0], secret), 'the old secret still fits');
  check(isSigned(at('/rotated')[0], rotated.secret), 'so does the new one');
  await json(`${base}/webhooks/secret/rotate?grace=0`, { method: 'POST' });
  await submit(base, hook('/rotated2'));
  await until('a webhook after the second rotation', () => at('/rotated2').length === 1);
  check(!isSigned(at('/rotated2')[0], secret) && !isSigned(at('/rotated2')[0], rotated.secret), 'without grace neither does');
}

async function checkRetries(base) {
  const id = await submit(base, hook('/fail2'));
  await until('the third try succeeds', () => at('/fail2').length === 3);
  check(new Set(at('/fail2').map((one) => one.headers['webhook-id'])).size === 1, 'tries have one webhook-id');
  check(new Set(at('/fail2').map((one) => one.body)).size === 1, 'and one body');
  await until('the log has three attempts', async () => {
    const [delivery] = (await json(`${base}/jobs/${id}/deliveries`)).deliveries;
    return delivery.status === 'delivered' && delivery.attempts.map((a) => a.status).join() === '204,500,500';
  });
  const again = await fetch(`${base}/jobs/${id}/redeliver`, { method: 'POST' });
  check(again.status === 202, 'redelivery is accepted');
  await until('it is delivered again', () => at('/fail2').length === 4);
  check(at('/fail2')[3].headers['webhook-id'] === at('/fail2')[0].headers['webhook-id'], 'under the same id');
}

async function checkGone(base) {
  const id = await submit(base, hook('/gone'));
  await until('410 disables', async () => (await json(`${base}/jobs/${id}/deliveries`)).deliveries[0]?.status === 'disabled');
  const next = await submit(base, hook('/gone'));
  await until('also for the next job', async () =>
    (await json(`${base}/jobs/${next}/deliveries`)).deliveries[0]?.status === 'disabled');
  check(at('/gone').length === 1, 'which is not even tried');
}

async function checkTrace(base) {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await submit(base, hook('/trace'), {}, { traceparent });
  await until('a webhook of a traced job', () => at('/trace').length === 1);
  const sent = at('/trace')[0].headers.traceparent ?? '';
  check(sent.startsWith('00-4bf92f3577b34da6a3ce929d0e0e4736-') && sent.endsWith('-01') && sent !== traceparent,
    'the trace goes on with a new parent');
}

async function checkAnswers(base) {
  const redirect = await submit(base, hook('/redirect'));
  const big = await submit(base, hook('/big'));
  await until('a large answer of 200 is a success', async () =>
    (await json(`${base}/jobs/${big}/deliveries`)).deliveries[0]?.status === 'delivered');
  await until('a redirect is a failure', async () =>
    (await json(`${base}/jobs/${redirect}/deliveries`)).deliveries[0]?.attempts.some((a) => a.status === 302));
  check(at('/target').length === 0, 'and is not followed');
}

async function checkGuard(dataDir) {
  const { server, base } = await start(dataDir);
  const port = receiver.address().port;
  const inside = [`http://127.0.0.1:${port}/x`, `http://localhost:${port}/x`, `http://[::1]:${port}/x`,
    `http://2130706433:${port}/x`, `http://0x7f000001:${port}/x`, `http://0177.0.0.1:${port}/x`, `http://0:${port}/x`,
    `http://[::ffff:127.0.0.1]:${port}/x`, 'http://169.254.169.254/latest/meta-data', 'http://10.0.0.1/', 'http://[fe80::1]/'];
  for (const url of inside) {
    const id = await submit(base, url);
    await until(`${url} is not called`, async () => (await json(`${base}/jobs/${id}/deliveries`)).deliveries[0]?.status === 'failed');
  }
  check(at('/x').length === 0, 'nothing arrived');
  for (const webhook of ['gopher://127.0.0.1/', 'file:///etc/passwd', 'http://user:pass@example.org/', 'http://example.org:22/', 'x']) {
    const answer = await fetch(`${base}/render`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ source: 'out $ sine 1', cycles: 1, webhook }) });
    check(answer.status === 422, `${webhook} is refused`);
  }
  await stopServer(server);
}

// A receiver that was down when the server stopped is told by the next one.
async function checkRestart(dataDir) {
  const first = await start(dataDir, '--webhook-allow', '127.0.0.0/8');
  const id = await submit(first.base, hook('/fail2/restart'));
  await until('the first try fails', () => at('/fail2/restart').length >= 1);
  first.server.removeAllListeners('exit');
  first.server.kill('SIGKILL');
  await new Promise((done) => first.server.on('exit', done));
  const second = await start(dataDir, '--webhook-allow', '127.0.0.0/8');
  await until('the next process goes on', () => at('/fail2/restart').length === 3, 80000);
  check(at('/fail2/restart')[2].headers['webhook-id'] === at('/fail2/restart')[0].headers['webhook-id'], 'under the same id');
  check((await json(`${second.base}/jobs/${id}`)).state === 'succeeded', 'the job is there');
  await stopServer(second.server);
}

const dataDir = mkdtempSync(join(tmpdir(), 'phonond-webhooks-'));
try {
  const { server, base } = await start(dataDir, '--webhook-allow', '127.0.0.0/8');
  await checkSignatures(base);
  await checkRetries(base);
  await checkGone(base);
  await checkTrace(base);
  await checkAnswers(base);
  await stopServer(server);
  await checkGuard(dataDir);
  await checkRestart(dataDir);
} finally {
  receiver.closeAllConnections();
  receiver.close();
  rmSync(dataDir, { recursive: true, force: true });
}
report('checks of webhooks');
