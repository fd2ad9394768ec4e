import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const [first, second, name] = workerData ?? [...process.argv.slice(2), 'a'];
const pair = [first, second].map((folder) => openSync(join(folder, name), 'a'));

const write = () => {
  for (;;) for (const file of pair) writeSync(file, 'x');
};

// A thread starts with the help of the main one, which therefore waits for it before it blocks for ever.
if (isMainThread) new Worker(fileURLToPath(import.meta.url), { workerData: [first, second, 'b'] }).on('online', write);
else write();
