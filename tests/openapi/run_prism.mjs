// Runs programs whose requests pass through Prism, which holds them and the answers to openapi.yaml: run_prism.mjs PROGRAM...
//
//     test -> front -> prism proxy --errors -> back -> the server that X-Server-Port names
//
// Prism reads every body as text and so spoils sounds. Front and back therefore keep what was really sent: back asks the server with the
// test's own bytes, and front answers with the server's own. Between them Prism only judges.
//
//   - An answer that does not fit the contract is a violation.
//   - A request that Prism refuses goes to the server directly: tests ask for wrong things on purpose, and the server must refuse
//     them too, else that is a violation.
//
// What passes by Prism: requests written to a socket by hand (smuggling, slow clients, streams that are cut), which no proxy hands on as
// they are; HEAD, to which Prism says 405 unless the contract has it beside each GET; preflights (OPTIONS), which belong to CORS; paths that the contract does not have, the page's; bodies
// that say they are JSON and are none, which end Prism's process; and multipart forms, of which Prism holds a list with one item to be none.
import { spawn } from 'node:child_process';
import { createServer, request } from 'node:http';
import { fileURLToPath } from 'node:url';

const CONTRACT = fileURLToPath(new URL('../../openapi/openapi.yaml', import.meta.url));
const PRISM = fileURLToPath(new URL('node_modules/@stoplight/prism-cli/dist/index.js', import.meta.url));
const JUDGED_BYTES = 4096; // of bodies that have no structure
const PRISM_ERROR = 'https://stoplight.io/prism/errors#';
const exchanges = new Map(); // by id: {method, path, headers, body, port, answer}
const violations = new Map(); // text to how often
let nExchanges = 0;
let nRefused = 0;

const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));

async function readBody(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

function withoutHeaders(raw, ...names) {
  const kept = [];
  for (let i = 0; i < raw.length; i += 2) if (!names.includes(raw[i].toLowerCase())) kept.push(raw[i], raw[i + 1]);
  return kept;
}

function headersOf(raw) {
  const headers = {};
  for (let i = 0; i < raw.length; i += 2) headers[raw[i]] = raw[i] in headers ? [headers[raw[i]], raw[i + 1]].flat() : raw[i + 1];
  return headers;
}

// One request; {status, raw, body, isCut}.
function send(port, { method, path, raw, body }) {
  return new Promise((done, fail) => {
    const r = request({ host: '127.0.0.1', port, method, path, headers: headersOf(raw), agent: false }, async (answer) => {
      const result = { status: answer.statusCode, message: answer.statusMessage, raw: answer.rawHeaders, isCut: false };
      result.body = await readBody(answer).catch(() => {
        result.isCut = true;
        return Buffer.alloc(0);
      });
      done(result);
    });
    r.on('error', fail);
    r.end(body);
  });
}

function reply(response, { status, message, raw, body, isCut }) {
  if (isCut) {
    response.destroy();
    return;
  }
  response.writeHead(status, message, withoutHeaders(raw, 'connection', 'transfer-encoding', 'keep-alive'));
  response.end(body);
}

// --- Behind Prism -------------------------------------------------------------------------------------------------

const isStructured = (raw) => /json|text|yaml/.test(headersOf(raw)['Content-Type'] ?? '');

const back = createServer(async (r, response) => {
  const exchange = exchanges.get(r.headers['x-exchange']);
  await readBody(r);
  try {
    exchange.answer = await send(exchange.port, exchange);
  } catch {
    response.destroy();
    return;
  }
  const { raw, body } = exchange.answer;
  const judged = isStructured(raw) ? body : body.subarray(0, JUDGED_BYTES);
  const answer = { ...exchange.answer, body: judged };
  answer.raw = withoutHeaders(raw, 'content-length');
  reply(response, answer);
});

// --- Before Prism -------------------------------------------------------------------------------------------------

function note(exchange, complaint) {
  const text = `${exchange.method} ${exchange.path.slice(0, 100)}: ${complaint}`;
  violations.set(text, (violations.get(text) ?? 0) + 1);
}

function complaintOf(judged) {
  if (!judged.body.includes(PRISM_ERROR)) return null;
  try {
    const problem = JSON.parse(judged.body);
    return { kind: problem.type.replace(PRISM_ERROR, ''), text: JSON.stringify(problem.validation ?? problem.detail ?? problem) };
  } catch {
    return { kind: 'UNKNOWN', text: judged.body.toString() };
  }
}

function isBrokenJson({ raw, body }) {
  if ((headersOf(raw)['Content-Type'] ?? '') !== 'application/json') return false;
  try {
    JSON.parse(body);
    return false;
  } catch {
    return true;
  }
}

// What the contract has nothing about, and what Prism does not survive.
const isOutside = (exchange) => ['HEAD', 'OPTIONS'].includes(exchange.method) || exchange.path === '/' || /^\/(assets|licenses)/.test(exchange.path) ||
  isBrokenJson(exchange) || /^multipart/.test(headersOf(exchange.raw)['Content-Type'] ?? '');

// curl says of every body that it is a form unless told otherwise. The service takes that for what it expects; Prism would take it apart.
function headersToJudge({ method, path, raw }, id) {
  if (headersOf(raw)['Content-Type'] !== 'application/x-www-form-urlencoded') return [...raw, 'X-Exchange', id];
  const type = method === 'PUT' ? 'application/octet-stream' : path.endsWith('/link') ? 'application/json' : 'text/plain';
  return [...withoutHeaders(raw, 'content-type'), 'Content-Type', type, 'X-Exchange', id];
}

const NO_ANSWER = { body: Buffer.from(JSON.stringify({ type: `${PRISM_ERROR}NO_ANSWER`, detail: 'none' })) };

async function judge(exchange) {
  const id = String(++nExchanges);
  exchanges.set(id, exchange);
  const judged = await send(prismPort, { ...exchange, raw: headersToJudge(exchange, id) }).catch(() => NO_ANSWER);
  exchanges.delete(id);
  const complaint = complaintOf(judged);
  if (!complaint) return exchange.answer ?? judged;
  if (exchange.answer) {
    note(exchange, `${exchange.answer.status}: ${complaint.kind} ${complaint.text}`);
    return exchange.answer;
  }
  const answer = await send(exchange.port, exchange);
  if (answer.status >= 400) nRefused++;
  else note(exchange, `the server takes (${answer.status}) what the contract refuses: ${complaint.kind} ${complaint.text}`);
  return answer;
}

const front = createServer({ maxHeaderSize: 64 * 1024 }, async (r, response) => {
  const raw = withoutHeaders(r.rawHeaders, 'x-server-port', 'connection');
  const exchange = { method: r.method, path: r.url, raw, port: Number(r.headers['x-server-port']), answer: null };
  try {
    exchange.body = await readBody(r);
    reply(response, isOutside(exchange) ? await send(exchange.port, exchange) : await judge(exchange));
  } catch {
    response.destroy();
  }
});

// --- The run --------------------------------------------------------------------------------------------------------

const backPort = await listen(back);
const frontPort = await listen(front);

async function freePort() {
  const server = createServer();
  const port = await listen(server);
  await new Promise((done) => server.close(done));
  return port;
}

const prismPort = await freePort();
const prism = spawn(process.execPath, ['--max-http-header-size=65536', PRISM, 'proxy', '--errors', '-h', '127.0.0.1', '-p', String(prismPort), '-v', 'fatal',
  CONTRACT, `http://127.0.0.1:${backPort}`], { stdio: ['ignore', 'ignore', 'inherit'] });

async function untilItListens() {
  for (let i = 0; i < 300; i++) {
    try {
      await send(prismPort, { method: 'GET', path: '/', raw: [], body: '' });
      return;
    } catch {
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  throw new Error('prism does not listen');
}

function run(program) {
  const child = spawn(program, [], { stdio: ['ignore', 'inherit', 'ignore'], env: { ...process.env, PHONOND_PROXY_PORT: String(frontPort) } });
  return new Promise((done) => {
    child.on('error', () => done(127));
    child.on('exit', (code) => done(code ?? 128));
  });
}

let failed = 0;
try {
  await untilItListens();
  for (const program of process.argv.slice(2)) {
    if ((await run(program)) !== 0) {
      failed++;
      console.error(`FAIL ${program}`);
    }
  }
} finally {
  prism.kill();
  for (const server of [front, back]) {
    server.close();
    server.closeAllConnections();
  }
}
for (const [text, n] of violations) console.error(`VIOLATION (${n}) ${text}`);
console.log(`${nExchanges} requests judged, ${nRefused} refused by both, ${violations.size} violations, ${failed} programs failed`);
process.exitCode = violations.size || failed || !nExchanges ? 1 : 0;
