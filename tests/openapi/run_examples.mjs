// Every operation of openapi.yaml is called with its examples: each example of a request body, with the parameters that
// have one. The answer must have a documented success status, a documented type and a body that fits its schema. The
// examples of answers must fit their schemas too.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { check, report, startServer, stopServer } from './service.mjs';

const contract = parse(readFileSync(new URL('../../openapi/openapi.yaml', import.meta.url), 'utf8'));
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

// --- The contract ---------------------------------------------------------------------------------------------

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(contract, 'contract');

const escape = (part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1');

// The object behind a possible $ref, with the JSON pointer where it stands.
function resolve(node, pointer) {
  if (!node.$ref) return { node, pointer };
  const target = node.$ref.slice(1);
  const found = target.split('/').slice(1).reduce((at, part) => at[part.replaceAll('~1', '/').replaceAll('~0', '~')], contract);
  return resolve(found, target);
}

function complaints(pointer, value) {
  const validate = ajv.compile({ $ref: `contract#${encodeURI(pointer)}` });
  return validate(value) ? '' : ajv.errorsText(validate.errors);
}

function* operations() {
  for (const [path, item] of Object.entries(contract.paths)) {
    for (const method of METHODS.filter((m) => item[m])) {
      const at = `/paths/${escape(path)}/${method}`;
      const parameters = [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map((p) => resolve(p, '').node);
      yield { path, method, at, parameters, operation: item[method] };
    }
  }
}

function* examplesOf(media) {
  if (media.example !== undefined) yield media.example;
  for (const example of Object.values(media.examples ?? {})) yield example.value;
}

function checkAnswerExamples({ method, path, at, operation }) {
  for (const [status, response] of Object.entries(operation.responses)) {
    const { node, pointer } = resolve(response, `${at}/responses/${status}`);
    for (const [type, media] of Object.entries(node.content ?? {})) {
      for (const example of examplesOf(media)) {
        const wrong = complaints(`${pointer}/content/${escape(type)}/schema`, example);
        check(!wrong, `example of ${method} ${path} ${status} ${type}: ${wrong}`);
      }
    }
  }
}

// --- What there must be -----------------------------------------------------------------------------------------------

async function makeJob(base) {
  const answer = await fetch(`${base}/render?cycles=1&sample_rate=8000&stems=true&webhook=http://127.0.0.1:1025/&seed=${Math.floor(Math.random() * 1e9)}`,
    { method: 'POST', body: 'out $ s "bd*4, ~ sn"', headers: { 'Content-Type': 'text/plain', Prefer: 'wait=30' } });
  return (await answer.json()).id;
}

// One that can be retried: it never ran.
async function makeCanceledJob(base) {
  const answer = await fetch(`${base}/render?cycles=1&run_at=2999-01-01T00:00:00Z`,
    { method: 'POST', body: 'out $ sine 440', headers: { 'Content-Type': 'text/plain' } });
  const { id } = await answer.json();
  await fetch(`${base}/jobs/${id}/cancel`, { method: 'POST' });
  return id;
}

// One that is over, and whose webhook was told so.
async function makeBatch(base) {
  const answer = await fetch(`${base}/batches?webhook=http://127.0.0.1:1025/`,
    { method: 'POST', body: '{"source":"out $ sine 440","duration":0.1}\n', headers: { 'Content-Type': 'application/jsonl' } });
  const { id } = await answer.json();
  for (let i = 0; i < 500 && (await (await fetch(`${base}/batches/${id}`)).json()).state !== 'completed'; i++) {
    await new Promise((done) => setTimeout(done, 10));
  }
  return id;
}

async function makeSchedule(base) {
  const body = JSON.stringify({ name: `s${Math.random()}`, cron: '@yearly', source: 'out $ sine 440' });
  const answer = await fetch(`${base}/schedules`, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
  return (await answer.json()).id;
}

// A short sound that stands for the files of examples. Another one each time: a file that is there already is a case of its own.
let sounds = 0;
function makeSound() {
  const bytes = Buffer.alloc(44 + 400);
  bytes.write('RIFF\u0000\u0000\u0000\u0000WAVEfmt ', 'latin1');
  bytes.writeUInt32LE(36 + 400, 4);
  [[16, 4], [1, 2], [1, 2], [8000, 4], [16000, 4], [2, 2], [16, 2]]
    .reduce((at, [value, size]) => bytes.writeUIntLE(value, at, size), 16);
  bytes.write('data', 36);
  bytes.writeUInt32LE(400, 40);
  bytes.writeInt16LE(++sounds, 44);
  return bytes;
}

async function makeSample(base, path) {
  await fetch(`${base}${path}`, { method: 'PUT', body: makeSound(), headers: { 'Content-Type': 'audio/wav' } });
}

function makeForm(value) {
  const form = new FormData();
  for (const [name, one] of Object.entries(value)) {
    for (const item of [one].flat()) {
      if (name === 'sample[]') form.append(name, new Blob([makeSound()]), item);
      else form.append(name, String(item));
    }
  }
  return form;
}

async function makeSubject(base, path) {
  if (!path.includes('{id}')) return '';
  if (path.startsWith('/batches/')) return makeBatch(base);
  if (path.startsWith('/schedules/')) return makeSchedule(base);
  return path.endsWith('/retry') ? makeCanceledJob(base) : makeJob(base);
}

// --- Requests -------------------------------------------------------------------------------------------------

// The bodies to try: [type, value], or one [null] for an operation without.
function bodiesOf(operation) {
  if (!operation.requestBody) return [[null]];
  const body = resolve(operation.requestBody, '').node;
  return Object.entries(body.content).flatMap(([type, media]) => [...examplesOf(media)].map((value) => [type, value]));
}

async function buildRequest(base, { path, method, parameters }, [type, value]) {
  const url = new URL(path.replace('{id}', await makeSubject(base, path)), base);
  const headers = {};
  for (const p of parameters.filter((one) => one.example !== undefined)) {
    // With a JSON body and with a form the options stand in the body.
    if (p.in === 'query' && type !== 'application/json' && type !== 'multipart/form-data') url.searchParams.set(p.name, p.example);
    if (p.in === 'header') headers[p.name] = p.example;
    if (p.in === 'path') url.pathname = url.pathname.replace(encodeURI(`{${p.name}}`), p.example);
  }
  if (url.pathname.startsWith('/samples/') && method !== 'put') await makeSample(base, url.pathname);
  if (!type) return [url, { method: method.toUpperCase(), headers }];
  // A form has a boundary in its type, which fetch chooses.
  if (type === 'multipart/form-data') return [url, { method: method.toUpperCase(), headers, body: makeForm(value) }];
  headers['Content-Type'] = type;
  if (type.startsWith('audio/')) return [url, { method: method.toUpperCase(), headers, body: makeSound() }];
  return [url, { method: method.toUpperCase(), headers, body: typeof value === 'string' ? value : JSON.stringify(value) }];
}

// The whole body; of a stream of events, which may have no end, the first piece.
async function bodyOf(answer) {
  if (!(answer.headers.get('content-type') ?? '').startsWith('text/event-stream')) return Buffer.from(await answer.arrayBuffer());
  const reader = answer.body.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return Buffer.from(value ?? []);
}

async function checkAnswer(name, at, operation, answer) {
  const documented = operation.responses[answer.status];
  const body = await bodyOf(answer);
  check(answer.ok && documented, `${name}: status ${answer.status}: ${answer.ok ? 'not documented' : body}`);
  if (!answer.ok || !documented) return;
  const { node, pointer } = resolve(documented, `${at}/responses/${answer.status}`);
  const type = (answer.headers.get('content-type') ?? '').split(';')[0];
  if (!node.content) {
    check(body.length === 0, `${name}: a body that is not documented`);
    return;
  }
  check(node.content[type], `${name}: type ${type} is not documented`);
  if (node.content[type] && type === 'application/json') {
    const wrong = complaints(`${pointer}/content/${escape(type)}/schema`, JSON.parse(body));
    check(!wrong, `${name}: ${wrong}: ${body}`);
  }
}

async function runOperation(base, one) {
  for (const body of bodiesOf(one.operation)) {
    const [url, request] = await buildRequest(base, one, body);
    const name = `${request.method} ${url.pathname}${url.search} ${body[0] ?? ''}`;
    await checkAnswer(name, one.at, one.operation, await fetch(url, request));
  }
}

const dataDir = mkdtempSync(join(tmpdir(), 'phonond-openapi-'));
const { server, base } = await startServer(dataDir);
try {
  for (const one of operations()) {
    checkAnswerExamples(one);
    await runOperation(base, one);
  }
} finally {
  await stopServer(server);
  rmSync(dataDir, { recursive: true, force: true });
}
report('checks of the contract');
