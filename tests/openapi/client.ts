// What a front end does first, with types made from openapi.yaml: checks a program, submits it, follows the job, fetches the file.
// A field that the contract does not have, or one that may be missing and is used as if it were there, does not compile.
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/api.js';

type Job = components['schemas']['Job'];

const base = process.argv[2];
if (!base) throw new Error('usage: client.js BASE-URL');
const api = createClient<paths>({ baseUrl: base });

function expect(ok: unknown, what: string): asserts ok {
  if (!ok) throw new Error(what);
}

async function checkProgram(): Promise<void> {
  const { data } = await api.POST('/check', { body: { source: 'out $ s "bd*4" # lpff 800' } });
  expect(typeof data === 'object' && !data.ok, 'a program with a typo is wrong');
  const first = data.errors[0];
  expect(first?.source.line === 1 && first.suggestion !== undefined, 'it says where, and what was meant');
}

async function submit(): Promise<Job> {
  const { data, response } = await api.POST('/render', {
    params: { header: { Prefer: 'wait=30' } },
    body: { source: 'out $ s "bd*4, ~ sn"', cycles: 1, sample_rate: 8000, tags: ['client'] },
  });
  expect(typeof data === 'object' && response.status === 201, 'a job that has ended');
  return data;
}

async function fetchAudio(job: Job): Promise<void> {
  expect(job.state === 'succeeded' && job.result, 'a result');
  const { data } = await api.GET('/jobs/{id}/audio', { params: { path: { id: job.id } }, parseAs: 'arrayBuffer' });
  expect(data && data.byteLength === job.result.bytes, 'the whole file');
}

async function readList(job: Job): Promise<void> {
  const { data } = await api.GET('/jobs', { params: { query: { tag: 'client', state: 'succeeded', limit: 10 } } });
  expect(data?.jobs.some((one) => one.id === job.id), 'the job is in the list');
}

async function meetProblem(): Promise<void> {
  const { data, error, response } = await api.GET('/jobs/{id}', { params: { path: { id: 'job_0000000000000000000000' } } });
  expect(!data && response.status === 404, 'no such job');
  expect(error.code === 'not_found' && error.request_id !== '', 'a problem with its code');
}

await checkProgram();
const job = await submit();
await fetchAudio(job);
await readList(job);
await meetProblem();
console.log('the client of the contract works');
