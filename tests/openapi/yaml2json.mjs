// Prints a YAML file as JSON, in one layout, so that openapi.json can be compared byte by byte.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

process.stdout.write(JSON.stringify(parse(readFileSync(process.argv[2], 'utf8')), null, 1) + '\n');
