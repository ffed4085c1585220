// The compiled client.ts against a server of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer, stopServer } from './service.mjs';

const client = fileURLToPath(new URL('generated/built/client.js', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'phonond-client-'));
const { server, base } = await startServer(dataDir);
try {
  const { status } = spawnSync(process.execPath, [client, base], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  await stopServer(server);
  rmSync(dataDir, { recursive: true, force: true });
}
