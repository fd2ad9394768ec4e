import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

/**
 * Bundles the agent into one file that runs on plain node, without this repository or its node_modules.
 * @param outfile absolute path, ending in `.mjs`.
 */
export async function buildAgent(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    // Packages written as CommonJS ask for node's own modules with `require`, which an ES module does not have.
    banner: {
      js: "import { createRequire as agentRequire } from 'node:module'; const require = agentRequire(import.meta.url);",
    },
    // Optional parts of `pg` that it only loads when asked to, or on another runtime.
    external: ['pg-native', 'pg-cloudflare', 'cloudflare:sockets'],
  });
}

const [, script, outfile] = process.argv;
if (script === fileURLToPath(import.meta.url)) {
  if (outfile === undefined) throw new Error('usage: tsx agent/build.ts OUTFILE.mjs');
  await buildAgent(outfile);
}
