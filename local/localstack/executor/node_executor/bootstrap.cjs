'use strict';
// The node side of the executor: loads one function as Lambda's runtime does, then answers requests until its pipe ends.
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const readline = require('node:readline');
const { format } = require('node:util');
const { pathToFileURL } = require('node:url');

const [requestPipe, resultPipe] = process.env.NODE_EXECUTOR_PIPES.split(',').map(Number);
delete process.env.NODE_EXECUTOR_PIPES;

const END_OF_LOG = '\x1e\n';
let invocation;

const send = (message) => {
  let bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(resultPipe, bytes));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
};

const errorOf = (thrown) =>
  thrown instanceof Error
    ? { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') }
    : { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };

// As Lambda's runtime prints: instant, request, level; an entry is one line.
for (const level of ['log', 'info', 'warn', 'error', 'debug']) {
  const print = console[level].bind(console);
  const name = level === 'log' ? 'INFO' : level.toUpperCase();
  console[level] = (...parts) =>
    print(`${new Date().toISOString()}\t${invocation ?? 'init'}\t${name}\t${format(...parts).replace(/\n/g, '\r')}`);
}

const fatal = (thrown) => {
  send({ error: errorOf(thrown) });
  process.exit(1);
};
process.on('uncaughtException', fatal);
process.on('unhandledRejection', fatal);

const named = (name, message) => Object.assign(new Error(message), { name });

const loadHandler = async () => {
  const handler = process.env._HANDLER;
  const dot = handler.lastIndexOf('.');
  const stem = handler.slice(0, dot);
  const exported = handler.slice(dot + 1);
  const file = ['.js', '.mjs', '.cjs']
    .map((extension) => path.resolve(process.env.LAMBDA_TASK_ROOT, `${stem}${extension}`))
    .find((candidate) => fs.existsSync(candidate));
  if (file === undefined) throw named('Runtime.ImportModuleError', `Cannot find module '${stem}'`);
  const loaded = await import(pathToFileURL(file).href);
  const found = loaded[exported] ?? loaded.default?.[exported];
  if (typeof found !== 'function') throw named('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  return found;
};

const contextOf = (request) => ({
  awsRequestId: request.id,
  invokedFunctionArn: request.arn,
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
  functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
  memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => request.deadline - Date.now(),
});

const answer = async (handler, request) => {
  invocation = request.id;
  process.env._X_AMZN_TRACE_ID = request.trace;
  let message;
  try {
    const result = await handler(request.event ? JSON.parse(request.event) : {}, contextOf(request));
    message = { result: JSON.stringify(result ?? null) };
  } catch (thrown) {
    console.error('Invoke Error', thrown);
    message = { error: errorOf(thrown) };
  }
  invocation = undefined;
  process.stdout.write(END_OF_LOG);
  send(message);
};

const serve = async () => {
  const handler = await loadHandler();
  send({ ready: true });
  const requests = readline.createInterface({
    // Not a file stream: its blocking read would hold up the end of the process.
    input: new net.Socket({ fd: requestPipe, writable: false }),
  });
  for await (const line of requests) await answer(handler, JSON.parse(line));
  process.exit(0);
};

serve().catch(fatal);
